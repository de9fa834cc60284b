import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { unblock } from "@/lib/commands/unblock";
import { verifyAgain } from "@/lib/commands/verify-again";
import { sql } from "@/lib/db/sql";
import { drive } from "@/lib/engine/drive";
import {
  nextReverificationInMs,
  releaseReverifications,
  settleReverification,
  takeDueReverification,
} from "@/lib/engine/reverify/due-reverification";
import { runReverification } from "@/lib/engine/reverify/run-reverification";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { loadEntries } from "@/lib/ledger/load";
import { replayProject } from "@/lib/ledger/replay";
import { Forbidden } from "@/lib/pipeline/errors";

let world: DemoWorld;
let server: Server;
/** What the health endpoint answers; 0: it hangs up. */
let answer = 200;
let asked = 0;
let release: { key: string; digest: string };
let requests = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked += 1;
    if (answer === 0) request.socket.destroy();
    else response.writeHead(answer).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/{service}`;
  world = await createDemoWorld({ worker: false, verification: { staging: `{ health: [{ url: "${url}" }] }` } });
  release = await world.release("backend", "v2.0.0");
  const toStaging = await ask("staging");
  if (toStaging.kind === "rejection") throw new Error(toStaging.message);
  const state = await world.withWorker(() => world.ended(toStaging.state.id));
  expect(state.phase).toBe("succeeded");
});
afterAll(async () => {
  await world?.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const staging = { project: "demo", environment: "staging", service: "backend" };

function ask(environment: string) {
  requests += 1;
  const input = { project: "demo", environment, release: release.key, idempotencyKey: `verify-again-${requests}` };
  return requestPromotion(world.engine, world.people.rita, input);
}

/** Asks for it and does it here; what the ledger got of it. */
async function verify(): Promise<string[]> {
  const before = await loadEntries(world.pool, "demo", { limit: 5_000 });
  const told = await verifyAgain(world.engine, world.people.rita, staging);
  if (told.kind === "rejection") throw new Error(told.message);
  const taken = await takeDueReverification(world.engine);
  if (!taken) throw new Error("nothing is due");
  await runReverification(world.engine, taken);
  const after = await loadEntries(world.pool, "demo", { after: before.length, limit: 5_000 });
  return after.map((entry) => entry.kind).filter((kind) => /^(reverification|digest)/.test(kind));
}

/** What the gate `upstream` says of bringing it to production now. */
async function upstream() {
  const answered = await ask("production");
  if (answered.kind === "rejection") return { status: "fail", summary: answered.message, id: null };
  await drive(world.engine, answered.state.id, 30_000);
  const { verdicts } = await world.until(answered.state.id, () => true);
  return { ...verdicts.find((one) => one.gate === "upstream"), id: answered.state.id };
}

const verifiedAt = async () => {
  const [row] = await world.pool.query<{ at: string }>(
    sql`select max(verified_at) as at from verification where environment = 'staging' and service = 'backend'`,
  );
  return row?.at;
};

describe("verifying again what runs", () => {
  it("that is right says so, and changes nothing of what counted", async () => {
    const since = await verifiedAt();
    asked = 0;
    expect(await verify()).toEqual(["reverification.requested", "reverification.passed"]);
    expect(asked, "once is enough").toBe(1);
    expect(await verifiedAt()).toBe(since);
    expect(await upstream()).toMatchObject({ status: "pass" });
  });

  it("that gives no answer is errored: the success still counts", async () => {
    answer = 0;
    expect(await verify()).toEqual(["reverification.requested", "reverification.errored"]);
    answer = 200;
    expect(await upstream()).toMatchObject({ status: "pass" });
  });

  it("that is wrong takes the success back, ends what waited for it, and blocks the digest", async () => {
    const waiting = await upstream();
    expect(waiting.status).toBe("pass");
    answer = 500;
    asked = 0;
    expect(await verify()).toEqual(["reverification.requested", "reverification.failed", "digest.blocked"]);
    expect(asked, "one wrong answer alone is no failure").toBe(3);
    await drive(world.engine, waiting.id ?? "", 30_000);
    expect(await world.until(waiting.id ?? "", () => true)).toMatchObject({ phase: "rejected" });
    const [block] = await world.pool.query<{ id: string; reason: string }>(sql`select id, reason from block`);
    expect(block?.reason).toMatch(/^verified again, it failed: health http.*answered 500, not 200$/);
    expect(await upstream()).toMatchObject({
      status: "fail",
      summary: expect.stringMatching(/backend in staging was taken back at .*answered 500, not 200/),
    });
    // Lifting the block does not bring the success back.
    await unblock(world.engine, world.people.arjun, { project: "demo", block: block?.id, why: "it is mended" });
    expect(await upstream()).toMatchObject({ status: "fail" });
  });

  it("that is right again gives it back, from that moment on", async () => {
    answer = 200;
    expect(await verify()).toEqual(["reverification.requested", "reverification.passed"]);
    const found = await upstream();
    expect(found).toMatchObject({ status: "pass" });
    const { verdicts } = await world.until(found.id ?? "", () => true);
    const [row] = await world.pool.query<{ at: string }>(
      sql`select max(ended_at) as at from reverification where status = 'passed'`,
    );
    const soak = verdicts.find((one) => one.gate === "soak");
    expect(soak?.evidence).toContainEqual({ name: "verified at", value: row?.at });
  });

  it("is replayed from the ledger", async () => {
    expect((await replayProject(world.pool, "demo")).differences).toEqual([]);
    await world.pool.execute(sql`update reverification set status = 'passed' where status = 'failed'`);
    expect((await replayProject(world.pool, "demo")).differences).toMatchObject([{ what: "reverification" }]);
    await world.pool.execute(
      sql`update reverification set status = 'failed' where said like 'health%' and status = 'passed'`,
    );
  });
});

describe("who verifies again, and when not", () => {
  it("is whoever may promote there", async () => {
    await expect(verifyAgain(world.engine, world.people.vera, staging)).rejects.toThrow(Forbidden);
    await expect(verifyAgain(world.engine, world.people.arjun, staging)).rejects.toThrow(Forbidden);
    const nowhere = { ...staging, service: "nothing" };
    expect(await verifyAgain(world.engine, world.people.rita, nowhere)).toMatchObject({ code: "noTarget" });
  });

  it("is one at a time, and one process at a time", async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => verifyAgain(world.engine, world.people.rita, staging)),
    );
    expect(answers.filter((one) => one.kind === "verifyingAgain")).toHaveLength(1);
    expect(answers.filter((one) => one.kind === "rejection" && one.code === "underWay")).toHaveLength(4);
    const other = { ...world.engine, owner: "another" };
    const taken = await Promise.all([takeDueReverification(world.engine), takeDueReverification(other)]);
    const [mine] = taken.filter((one) => one !== undefined);
    expect(taken.filter((one) => one === undefined)).toHaveLength(1);
    if (!mine) throw new Error("nobody took it");
    expect(await nextReverificationInMs(world.pool)).toBeGreaterThan(1_000);
    // Its lease runs out, somebody else takes it, and the first one comes late.
    await world.pool.execute(sql`update reverification set lease_until = now() - interval '1 s' where status = 'due'`);
    const later = await takeDueReverification(other);
    expect(later).toMatchObject({ id: mine.id, leaseGeneration: mine.leaseGeneration + 1 });
    const failed = { kind: "failed", reason: "too late" } as const;
    expect(await settleReverification(world.engine, mine, failed, [])).toBe(false);
    expect(await world.pool.query(sql`select id from block where lifted_at is null`)).toEqual([]);
    expect(await releaseReverifications(other)).toBe(1);
    const again = await takeDueReverification(world.engine);
    if (!again) throw new Error("it was not given back");
    await runReverification(world.engine, again);
    expect(await nextReverificationInMs(world.pool)).toBeUndefined();
  });

  it("is nothing that moves or was changed by hand, also where that began meanwhile", async () => {
    await world.stopObserving();
    await verifyAgain(world.engine, world.people.rita, staging);
    const taken = await takeDueReverification(world.engine);
    await world.pool.execute(sql`update deployment set drift_digest = 'sha256:other', drift_since = now()
      where service = 'backend' and environment = 'staging'`);
    answer = 500;
    if (taken) await runReverification(world.engine, taken);
    const [row] = await world.pool.query<{ status: string; said: string }>(
      sql`select status, said from reverification order by requested_at desc limit 1`,
    );
    expect(row).toEqual({ status: "errored", said: "something else was brought there meanwhile" });
    expect(await world.pool.query(sql`select id from block where lifted_at is null`)).toEqual([]);
    expect(await verifyAgain(world.engine, world.people.rita, staging)).toMatchObject({ code: "drifted" });
    await world.pool.execute(sql`update deployment set drift_digest = null where service = 'backend'`);
    const next = await world.release("backend", "v2.1.0");
    const input = { project: "demo", environment: "staging", release: next.key, idempotencyKey: "again-moves" };
    const moving = await requestPromotion(world.engine, world.people.rita, input);
    if (moving.kind === "rejection") throw new Error(moving.message);
    await world.pool.execute(
      sql`insert into rollout (promotion, service, project, environment, active, phase, to_digest)
          values (${moving.state.id}, 'backend', 'demo', 'staging', true, 'rollingOut', ${next.digest}) on conflict do nothing`,
    );
    expect(await verifyAgain(world.engine, world.people.rita, staging)).toMatchObject({
      code: "busy",
      promotion: moving.state.id,
    });
  });
});
