import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tokenPrincipal } from "@/lib/auth/tokens";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { createToken } from "@/lib/commands/create-token";
import { reportCheck } from "@/lib/commands/report-check";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import { replayProject } from "@/lib/ledger/replay";
import { Forbidden, InvalidInput, NotFound } from "@/lib/pipeline/errors";
import { loadPromotePreview } from "@/lib/queries/promote-preview";
import { loadRelease } from "@/lib/queries/release";

let world: DemoWorld;
let count = 0;
const place = { project: "demo", environment: "staging" };
const url = "https://ci.example.com/runs/7";

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
  const text = projectFile(world.sandbox).replace(
    "tag: staging\n",
    "tag: staging\n      gates: [{ tests: { checks: [e2e] } }]\n",
  );
  const applied = await applyDocuments(world.engine, world.people.ada, { text }, { operator: true });
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied));
});
afterAll(() => world?.close());

const released = () => world.release("backend", `v8.0.${++count}`);
const report = (
  digest: string,
  status: string,
  more: object = {},
  by: Parameters<typeof reportCheck>[1] = world.people.rita,
) => reportCheck(world.engine, by, { ...place, digest, name: "e2e", status, ...more });
const entriesOf = (digest: string) =>
  world.pool.query<{ data: { status: string }; actor: object; environment: string }>(
    sql`select data, actor, environment from ledger_entry
         where project = 'demo' and kind = 'check.reported' and data->>'digest' = ${digest} order by seq`,
  );

async function ask(release: string) {
  const input = { ...place, release, idempotencyKey: `check-test-${release}` };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(`${asked.code}: ${asked.message}`);
  return asked.state.id;
}

async function verdictOf(release: string) {
  const subject = { kind: "promote", ...place, release };
  const view = await loadPromotePreview(world.pool, world.people.rita, subject, new Date().toISOString());
  if (view.kind !== "preview") throw new Error(view.message);
  return view.verdicts.find((one) => one.gate === "tests");
}

async function tokenFor(environments: string[] | null) {
  const input = { project: "demo", label: "ci", role: "releaseManager" as const, environments, expiresInDays: 1 };
  return tokenPrincipal(world.pool, (await createToken(world.pool, world.people.rita, input, new Date())).secret);
}

describe("a check that CI reports", () => {
  it("lets a promotion that waits for it start, once it has passed", async () => {
    const { key, digest } = await released();
    const id = await ask(key);
    const unknown = await world.until(id, () => true);
    expect(unknown.verdicts[0]).toMatchObject({ status: "unknown", summary: "e2e was not reported for staging" });
    await world.withWorker(async () => {
      await report(digest, "running", { url });
      await world.until(id, (state) => state.verdicts[0]?.status === "wait");
      expect(await report(digest, "passed", { url, summary: "40 of 40" })).toMatchObject({
        ...{ kind: "checkReported", created: true, services: ["backend"], status: "passed" },
      });
      const done = await world.ended(id);
      expect(done).toMatchObject({ phase: "succeeded" });
      expect(done.verdicts[0]).toMatchObject({ status: "pass", evidence: [{ name: "e2e", url }] });
    });
    expect((await replayProject(world.pool, "demo")).differences).toEqual([]);
  });

  it("ends a promotion that waits for it, once it has failed, and refuses the next request", async () => {
    const { key, digest } = await released();
    const id = await ask(key);
    await world.withWorker(async () => {
      await report(digest, "failed", { summary: "3 of 40 failed" });
      expect(await world.ended(id)).toMatchObject({
        phase: "rejected",
        why: "tests: e2e failed in staging: 3 of 40 failed",
      });
    });
    const again = { ...place, release: key, idempotencyKey: "after-a-failure" };
    expect(await requestPromotion(world.engine, world.people.rita, again)).toMatchObject({ code: "gateClosed" });
    await report(digest, "passed");
    expect(await verdictOf(key)).toMatchObject({ status: "pass" });
  });

  it("is kept with who said it and where, the latest alone counting; the ledger has them all", async () => {
    const { key, digest } = await released();
    for (const status of ["queued", "running", "failed"]) await report(digest, status, { url });
    const ci = await tokenFor(["staging"]);
    await report(digest, "passed", { url: `${url}/2` }, ci);
    expect(await verdictOf(key)).toMatchObject({ status: "pass" });
    const told = await entriesOf(digest);
    expect(told.map((one) => one.data.status)).toEqual(["queued", "running", "failed", "passed"]);
    expect(told[3]).toMatchObject({ environment: "staging", actor: { kind: "token", owner: world.people.rita.id } });
    const page = await loadRelease(world.pool, world.people.vera, { project: "demo", key }, new Date().toISOString());
    const [artifact] = page.artifacts;
    expect(artifact?.checks).toMatchObject([
      { name: "e2e", environment: "staging", status: "passed", url: `${url}/2` },
    ]);
  });

  it("is the same report where the same run says the same again, however often at once", async () => {
    const { digest } = await released();
    const answers = await Promise.all(Array.from({ length: 10 }, () => report(digest, "passed", { url })));
    expect(answers.filter((one) => one.kind === "checkReported" && one.created)).toHaveLength(1);
    expect(await entriesOf(digest)).toHaveLength(1);
    // Without an address it may be another run.
    await report(digest, "passed");
    await report(digest, "passed");
    expect(await entriesOf(digest)).toHaveLength(3);
    expect((await replayProject(world.pool, "demo")).differences).toEqual([]);
  });

  it("of one environment says nothing of another", async () => {
    const { key, digest } = await released();
    await report(digest, "passed", { environment: "production" });
    expect(await verdictOf(key)).toMatchObject({ status: "unknown" });
  });
});

describe("a report that is refused writes nothing", () => {
  it.each<[string, object]>([
    ["an address that is none", { url: "ci.example.com/7" }],
    ["a script for an address", { url: "javascript:alert(1)" }],
    ["an address with a password", { url: "https://ci:secret@ci.example.com/7" }],
    ["a file for an address", { url: "file:///etc/passwd" }],
    ["a status that is none", { status: "green" }],
    ["a name with a line break", { name: "e2e\nload" }],
    ["a summary of two lines", { summary: "a\nb" }],
    ["a summary that turns the text around", { summary: "\u202edessap" }],
    ["a key that is not known", { passed: true }],
    ["a digest that is a tag", { digest: "latest" }],
  ])("%s", async (_, more) => {
    const { digest } = await released();
    await expect(report(digest, "passed", more)).rejects.toThrow(InvalidInput);
    expect(await entriesOf(digest)).toEqual([]);
  });

  it("by somebody who may not report there, of what nobody announced, for what is not there", async () => {
    const { digest } = await released();
    const { vera, arjun } = world.people;
    for (const by of [vera, arjun]) await expect(report(digest, "passed", {}, by)).rejects.toThrow(Forbidden);
    // A token that is limited to staging cannot open production's gates.
    const ci = await tokenFor(["staging"]);
    await expect(report(digest, "passed", { environment: "production" }, ci)).rejects.toThrow(Forbidden);
    await expect(report(digest, "passed", { project: "other" })).rejects.toThrow(NotFound);
    expect(await report(`sha256:${"0".repeat(64)}`, "passed")).toMatchObject({ code: "unknownDigest" });
    expect(await report(digest, "passed", { environment: "moon" })).toMatchObject({ code: "unknownEnvironment" });
    expect(await entriesOf(digest)).toEqual([]);
  });
});
