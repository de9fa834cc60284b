import { afterAll, beforeAll, expect, it } from "vitest";
import { announceRelease } from "@/lib/commands/announce-release";
import { sql } from "@/lib/db/sql";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { judge } from "@/lib/facts/assess";
import type { PlannedGate } from "@/lib/pipeline/gates/planned-gate";
import { aPlan } from "@/lib/pipeline/promotion/testing/a-plan";
import type { Digest } from "@/lib/pipeline/release/digest";
import { buildImage, buildIndex } from "@/sandbox/images";
import { pushImage } from "@/sandbox/push-image";

let world: DemoWorld;
beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
});
afterAll(() => world?.close());

async function announced(image: Parameters<typeof pushImage>[0], version: string): Promise<Digest> {
  await pushImage(image, { registryUrl: world.sandbox.registryUrl, repository: "demo-backend", tag: version });
  const artifacts = [{ service: "backend", image: `demo-backend:${version}` }];
  const answer = await announceRelease(world.engine, world.people.rita, { project: "demo", artifacts });
  if (answer.kind === "rejection") throw new Error(answer.message);
  return image.digest as Digest;
}

/** What the image gate says of these digests, each in a plan of its own, asked together. */
async function judged(gate: PlannedGate, digests: readonly Digest[]) {
  const now = new Date().toISOString();
  const asked = digests.map((digest) => {
    const [first] = aPlan().services;
    if (!first) throw new Error("a plan has a service");
    const services = [{ ...first, service: "backend", to: { ...first.to, digest } }];
    const plan = aPlan({ project: "demo", services, gates: [gate] });
    const signed = { requestedBy: { kind: "person" as const, id: "x", name: "x" }, requestedAt: now, given: [] };
    return { plan, planHash: "0".repeat(64), promotion: null, signed };
  });
  return (await judge(world.pool, asked, now)).map(([verdict]) => verdict);
}

it("judges what the registry said at the announcement, every platform of an index, and nothing that was not kept", async () => {
  const careful = buildImage({ content: "careful" });
  const careless = buildImage({ content: "careless", user: "root" });
  const mixed = buildIndex([
    buildImage({ content: "amd" }),
    buildImage({ content: "arm", architecture: "arm64", user: "0" }),
  ]);
  const old = buildImage({ content: "announced long ago" });
  const digests = [
    await announced(careful, "v7.0.0"),
    await announced(careless, "v7.0.1"),
    await announced(mixed, "v7.0.2"),
    await announced(old, "v7.0.3"),
  ];
  await world.pool.execute(sql`update artifact set image = image - 'images' where digest = ${old.digest}`);
  const verdicts = await judged({ kind: "image", nonRoot: true, maxSizeBytes: 1_000_000 }, digests);
  expect(verdicts.map((one) => one?.status)).toEqual(["pass", "fail", "fail", "unknown"]);
  expect(verdicts[2]?.summary).toBe("backend linux/arm64 runs as root");

  const again = await announceRelease(world.engine, world.people.rita, {
    project: "demo",
    version: "v7.0.4",
    artifacts: [{ service: "backend", image: `demo-backend@${old.digest}` }],
  });
  expect(again.kind).toBe("announced");
  expect((await judged({ kind: "image", nonRoot: true }, [old.digest as Digest])).map((one) => one?.status)).toEqual([
    "pass",
  ]);
});
