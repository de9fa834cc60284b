import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pushArtifact, pushImage } from "@/lib/adapters/oci/testing/push-image";
import { announceRelease } from "@/lib/commands/announce-release";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { recordScan } from "@/lib/commands/record-scan";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import { collectEvidence } from "@/lib/engine/evidence/collect-evidence";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import { assess } from "@/lib/facts/assess";
import { loadPlan } from "@/lib/facts/plan-inputs";
import { loadProject } from "@/lib/facts/project";
import { Forbidden, InvalidInput, NotFound } from "@/lib/pipeline/errors";
import { hashPlan } from "@/lib/pipeline/plan/hash";
import { ExternalError } from "@/lib/ports/external-error";

let world: DemoWorld;
beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
  const text = projectFile(world.sandbox).replace(
    "tag: staging\n",
    "tag: staging\n      gates: [{ vulnerabilities: { critical: 0 } }]\n",
  );
  const applied = await applyDocuments(world.engine, world.people.ada, { text }, { operator: true });
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied));
});
afterAll(() => world?.close());

const report = (severity?: string, more: object = {}) => ({
  SchemaVersion: 2,
  CreatedAt: "2026-03-01T10:00:00Z",
  Results: [{ Class: "os-pkgs", Vulnerabilities: severity ? [{ VulnerabilityID: "CVE-1", Severity: severity }] : [] }],
  ...more,
});
const upload = (digest: string, body: object, by = world.people.rita) =>
  recordScan(world.engine, by, { project: "demo", digest, report: body });
const entries = () =>
  world.pool.query<{ data: { id: string }; actor: object }>(
    sql`select data, actor from ledger_entry where project = 'demo' and kind = 'scan.recorded' order by seq`,
  );

async function verdict(release: string, engine = world.engine) {
  const subject = { kind: "promote" as const, project: "demo", environment: "staging", release };
  const [plan, project] = [await loadPlan(world.pool, subject), await loadProject(world.pool, "demo")];
  if (plan.kind === "noPlan" || !project) throw new Error("no plan");
  await collectEvidence(engine, [{ plan, planHash: hashPlan(plan), promotion: null, project }]);
  const signed = { requestedBy: { kind: "person" as const, id: "x", name: "x" }, requestedAt: engine.now(), given: [] };
  const assessed = await assess(world.pool, subject, signed, engine.now());
  if (assessed.kind === "noPlan") throw new Error(assessed.message);
  return assessed.verdicts.find((one) => one.gate === "vulnerabilities");
}

describe("a scan that is uploaded", () => {
  it("is kept once with who reported it, told in the ledger, and judged", async () => {
    const { key, digest } = await world.release("backend", "v2.0.0");
    expect(await verdict(key)).toMatchObject({ status: "unknown" });
    const first = await upload(digest, report("HIGH"));
    expect(first).toMatchObject({
      kind: "scanRecorded",
      created: true,
      services: ["backend"],
      counts: { critical: 0, high: 1 },
    });
    expect(await upload(digest, report("HIGH"))).toEqual({ ...first, created: false });
    const told = await entries();
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      actor: { name: world.people.rita.name },
      data: { digest, tool: "Trivy", counts: { high: 1 } },
    });
    const judged = await verdict(key);
    expect(judged).toMatchObject({ status: "pass" });
    expect(judged?.evidence[0]?.value).toContain(`uploaded by ${world.people.rita.name}`);
    await upload(digest, report("CRITICAL", { CreatedAt: "2026-03-02T10:00:00Z" }));
    expect(await verdict(key)).toMatchObject({ status: "fail", summary: "backend has 1 critical, 0 allowed: CVE-1" });
  });

  it("lets a promotion that waits for it start", async () => {
    const { key, digest } = await world.release("backend", "v2.0.1");
    const input = { project: "demo", environment: "staging", release: key, idempotencyKey: "waits-for-a-scan" };
    const asked = await requestPromotion(world.engine, world.people.rita, input);
    if (asked.kind === "rejection") throw new Error(asked.message);
    await world.withWorker(async () => {
      await world.until(asked.state.id, (state) => state.phase === "waiting");
      await upload(digest, report());
      expect((await world.ended(asked.state.id)).phase).toBe("succeeded");
    });
  });

  it("is refused with nothing changed where it is of no use", async () => {
    const { digest } = await world.release("backend", "v2.0.2");
    const before = await entries();
    const other = `sha256:${"a".repeat(64)}`;
    const refused: [string, object, string][] = [
      [digest, { SchemaVersion: 2 }, "unreadableReport"],
      [digest, {}, "unreadableReport"],
      [digest, report("LOW", { CreatedAt: "2036-01-01T00:00:00Z" }), "unreadableReport"],
      [digest, report("LOW", { Metadata: { RepoDigests: [`shop@${other}`] } }), "otherDigest"],
      [other, report(), "unknownDigest"],
    ];
    for (const [to, body, code] of refused) expect(await upload(to, body)).toMatchObject({ kind: "rejection", code });
    await expect(upload("sha256:abc", report())).rejects.toBeInstanceOf(InvalidInput);
    await expect(upload(digest, report(), world.people.vera)).rejects.toBeInstanceOf(Forbidden);
    const elsewhere = { project: "nowhere", digest, report: report() };
    await expect(recordScan(world.engine, world.people.rita, elsewhere)).rejects.toBeInstanceOf(NotFound);
    expect(await entries()).toEqual(before);
  });
});

describe("a scan in the registry", () => {
  const target = () => ({ url: world.sandbox.registryUrl, authorization: () => undefined });
  async function announced(version: string) {
    const image = await pushImage(target(), "demo-chat", { family: "oci" }, version);
    const artifacts = [{ service: "chat", image: `demo-chat@${image.digest}` }];
    const answer = await announceRelease(world.engine, world.people.rita, { project: "demo", version, artifacts });
    if (answer.kind === "rejection") throw new Error(answer.message);
    return { image, key: answer.key };
  }
  const attach = (image: Awaited<ReturnType<typeof pushImage>>, body: object) => {
    const mediaType = "application/vnd.aquasec.trivy.report+json";
    const layers = [{ mediaType, bytes: Buffer.from(JSON.stringify(body)) }];
    return pushArtifact(target(), "demo-chat", { artifactType: mediaType, subject: image, layers });
  };
  const later = (minutes: number) => {
    const at = new Date(Date.now() + minutes * 60_000).toISOString();
    return { ...world.engine, now: () => at };
  };

  it("is found once it is attached, and judged by what it says", async () => {
    const { image, key } = await announced("v5.0.0");
    expect(await verdict(key)).toMatchObject({
      status: "unknown",
      summary: "chat: no scan of this digest is attached",
    });
    await attach(image, report());
    expect(await verdict(key)).toMatchObject({ status: "unknown" });
    expect(await verdict(key, later(2))).toMatchObject({ status: "pass" });
    await attach(image, report("CRITICAL", { CreatedAt: "2026-03-05T10:00:00Z" }));
    expect(await verdict(key, later(4))).toMatchObject({ status: "fail" });
  });

  it("that says nothing, or is about another image, counts for nothing and says why", async () => {
    const { image, key } = await announced("v5.0.1");
    await attach(image, { SchemaVersion: 2 });
    await attach(image, report("LOW", { Metadata: { RepoDigests: [`x@sha256:${"a".repeat(64)}`] } }));
    const judged = await verdict(key);
    expect(judged).toMatchObject({ status: "unknown" });
    expect(judged?.summary).toContain("its report is about another image");
    expect(judged?.summary).toContain("looked at no packages");
  });

  it("is unknown while the registry does not answer, and says so", async () => {
    const { key, image } = await announced("v5.0.2");
    const down = new ExternalError({
      system: "registry r",
      code: "unavailable",
      message: "no answer",
      retryable: true,
    });
    const engine = { ...world.engine, world: { ...world.engine.world, registry: () => Promise.reject(down) } };
    expect(await verdict(key, engine)).toMatchObject({
      status: "unknown",
      summary: expect.stringContaining("no answer"),
    });
    // A clean upload does not speak for what may be attached there.
    await upload(image.digest, report());
    expect(await verdict(key, engine)).toMatchObject({ status: "unknown" });
    expect(await verdict(key, later(1))).toMatchObject({ status: "pass" });
  });
});
