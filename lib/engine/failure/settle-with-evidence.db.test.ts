import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { announceRelease } from "@/lib/commands/announce-release";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import { pruneFailureEvidence } from "@/lib/engine/failure/settle-with-evidence";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";
import { NotFound } from "@/lib/pipeline/errors";
import type { FailureEvidence } from "@/lib/pipeline/promotion/failure-evidence";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { taken } from "@/lib/pipeline/redaction/redact-text";
import type { DeployTarget } from "@/lib/ports/deploy-target";
import { ExternalError } from "@/lib/ports/external-error";
import { loadFailureEvidence } from "@/lib/queries/failure-evidence";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";
import { WorkLoop } from "@/lib/worker/work-loop";
import { buildImage, type Fault } from "@/sandbox/images";
import { pushImage } from "@/sandbox/push-image";

let world: DemoWorld;
let token = "";
beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
  token = world.sandbox.tokens.waybill;
});
afterAll(() => world?.close());

/** A release whose pods print `log` and then do what `fault` says, asked for in staging. */
async function ask(version: string, fault: Fault | undefined, log: string): Promise<PromotionState> {
  const { registryUrl } = world.sandbox;
  const image = buildImage({ content: version, version, fault, labels: { "sandbox.log": log } });
  const digest = await pushImage(image, { registryUrl, repository: "demo-backend", tag: version });
  const artifacts = [{ service: "backend", image: `demo-backend@${digest}` }];
  const announced = await announceRelease(world.engine, world.people.rita, { project: "demo", version, artifacts });
  if (announced.kind === "rejection") throw new Error(announced.message);
  const input = { project: "demo", environment: "staging", release: announced.key, idempotencyKey: `ask-${version}` };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  return asked.state;
}

async function keptOf(promotion: string): Promise<{ digest: string; content: string; evidence: FailureEvidence }[]> {
  const rows = await world.pool.query<{ digest: string; content: string }>(
    sql`select digest, content from failure_evidence where promotion = ${promotion} order by kept_at`,
  );
  return rows.map((row) => ({ ...row, evidence: JSON.parse(row.content) as FailureEvidence }));
}

/** As a worker does it, over targets that are not quite the sandbox's. */
async function workWith<T>(
  change: (target: DeployTarget) => Partial<DeployTarget>,
  work: () => Promise<T>,
): Promise<T> {
  const engine: Engine = {
    ...world.engine,
    world: {
      ...world.engine.world,
      async target(project, connection) {
        const target = await world.engine.world.target(project, connection);
        return { ...target, ...change(target) };
      },
    },
  };
  const loop = new WorkLoop(engine, { concurrency: 4, sweepMs: 100 });
  loop.start();
  try {
    return await work();
  } finally {
    await loop.stop(5_000);
  }
}

describe("a promotion that goes wrong", () => {
  it("keeps what its pods left behind, redacted, and the ledger carries its hash", async () => {
    const password = "correct-horse-battery";
    const log = `dialing postgres://app:${password}@db/app\nthe cluster gave me ${token}\nAuthorization: Bearer abcdef0123456789`;
    const { id } = await ask("v9.1.0", "crash", log);
    const ended = await world.withWorker(() => world.ended(id));
    expect(ended).toMatchObject({
      phase: "rolledBack",
      cause: { kind: "failed", kept: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    const [kept, ...more] = await keptOf(id);
    expect(more).toEqual([]);
    expect(kept?.digest).toBe(
      createHash("sha256")
        .update(kept?.content ?? "")
        .digest("hex"),
    );
    const started = (await loadPromotionEntries(world.pool, "demo", id)).find((one) => one.kind === "rollback.started");
    expect(started).toMatchObject({ data: { cause: { kept: kept?.digest } } });

    const [service] = kept?.evidence.services ?? [];
    expect(service).toMatchObject({ service: "backend", digest: ended.plan.services[0]?.to.digest });
    const [pod] = service?.pods ?? [];
    // Between two crashes it is in no trouble for a moment.
    expect(pod).toMatchObject({ container: "backend", ready: false });
    expect(pod?.events.some(({ reason, message }) => reason === "BackOff" && message.includes("restarting"))).toBe(
      true,
    );
    expect(pod?.log?.text).toContain(`dialing postgres://${taken}@db/app`);
    expect(pod?.log?.text).toContain("ending with exit code 1");
    const everything = await world.pool.query<{ row: string }>(
      sql`select to_jsonb(f)::text as row from failure_evidence f union all select to_jsonb(p)::text from promotion p
          union all select to_jsonb(l)::text from ledger_entry l union all select to_jsonb(d)::text from deployment d`,
    );
    const texts = everything.map(({ row }) => row).join("\n");
    expect(token.length).toBeGreaterThan(8);
    for (const secret of [password, token, "abcdef0123456789"]) expect(texts.includes(secret), secret).toBe(false);
    await expectSoundRecord(world, id);
  });

  it("keeps it where every pod is up and a check says no", async () => {
    const { id } = await ask("v9.2.0", "errors", "serving");
    expect((await world.withWorker(() => world.ended(id))).phase).toBe("rolledBack");
    const [kept] = await keptOf(id);
    expect(kept?.evidence.services[0]?.pods[0]).toMatchObject({
      ready: true,
      log: { text: expect.stringContaining("500") },
    });
    await expectSoundRecord(world, id);
  });

  it("does not wait for a cluster that gives nothing: that is what is kept", async () => {
    const message = `pods is forbidden: ${token} may not list`;
    const refused = new ExternalError({ system: "cluster", code: "forbidden", message, retryable: false });
    const { id } = await ask("v9.3.0", "crash", "x");
    const ended = await workWith(
      () => ({ trace: () => Promise.reject(refused) }),
      () => world.ended(id),
    );
    expect(ended.phase).toBe("rolledBack");
    const [kept] = await keptOf(id);
    expect(kept?.evidence.services).toMatchObject([
      { pods: [], noPods: `cluster: pods is forbidden: ${taken} may not list` },
    ]);

    const { id: other } = await ask("v9.4.0", "crash", "x");
    await workWith(
      () => ({ trace: undefined }),
      () => world.ended(other),
    );
    expect((await keptOf(other))[0]?.evidence.services[0]?.noPods).toContain("tells nothing of its pods");
  });

  it("keeps it of a way back that fails too, beside what went wrong first", async () => {
    const { id } = await ask("v9.5.0", "crash", "x");
    const failure = { reason: "CrashLoopBackOff", message: "back-off" };
    let back = false;
    await workWith(
      (target) => ({
        revert: (...order) => {
          back = true;
          return target.revert(...order);
        },
        observe: async (...asked) => {
          const seen = await target.observe(...asked);
          return back ? { ...seen, failure, observedGeneration: seen.targetGeneration } : seen;
        },
      }),
      () => world.until(id, (state) => state.phase === "stuck"),
    );
    const [first, second] = await keptOf(id);
    expect(first?.evidence.services[0]?.digest).not.toBe(second?.evidence.services[0]?.digest);
    const stuck = (await loadPromotionEntries(world.pool, "demo", id)).find((one) => one.kind === "promotion.stuck");
    expect(stuck).toMatchObject({ data: { kept: second?.digest } });
    await expectSoundRecord(world, id);
  });
});

const standingsOf = async (id: string) =>
  (await loadFailureEvidence(world.pool, world.people.vera, id)).map(({ standing }) => standing);

it("whoever may see the project reads it, and is told where it is not what was recorded", async () => {
  const [row] = await world.pool.query<{ id: string }>(
    sql`select promotion as id from failure_evidence group by promotion having count(*) = 1 order by promotion limit 1`,
  );
  const id = row?.id ?? "";
  expect(await loadFailureEvidence(world.pool, world.people.vera, id)).toMatchObject([
    { standing: "intact", entry: expect.any(Number), evidence: { promotion: id } },
  ]);
  const stranger = { ...world.people.vera, grants: [] };
  await expect(loadFailureEvidence(world.pool, stranger, id)).rejects.toThrow(NotFound);
  const changed = (await keptOf(id))[0]?.content.replace("BackOff", "AllFine") ?? "";
  await world.pool.execute(sql`update failure_evidence set content = ${changed} where promotion = ${id}`);
  expect(await standingsOf(id)).toEqual(["changed"]);
});

it("a promotion that goes well keeps nothing, and what is old goes while its hash stays in the ledger", async () => {
  const failed = await world.pool.query<{ promotion: string }>(sql`select distinct promotion from failure_evidence`);
  const [one] = failed;
  const rows = await world.pool.execute(
    sql`update failure_evidence set kept_at = now() - interval '91 days' where promotion = ${one?.promotion ?? ""}`,
  );
  expect(await pruneFailureEvidence(world.pool)).toBe(rows);
  expect(await keptOf(one?.promotion ?? "")).toEqual([]);
  expect(await standingsOf(one?.promotion ?? "")).toContain("removed");
  expect(await world.pool.query(sql`select distinct promotion from failure_evidence`)).toHaveLength(failed.length - 1);
  const entries = await loadPromotionEntries(world.pool, "demo", one?.promotion ?? "");
  expect(entries.find((entry) => entry.kind === "rollback.started")).toMatchObject({
    data: { cause: { kept: expect.any(String) } },
  });
});
