import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { abort } from "@/lib/commands/abort";
import { announceRelease } from "@/lib/commands/announce-release";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { releaseHold } from "@/lib/commands/hold";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { rollBack } from "@/lib/commands/roll-back";
import { settleStuck } from "@/lib/commands/settle-stuck";
import { unblock } from "@/lib/commands/unblock";
import { sql } from "@/lib/db/sql";
import { drive } from "@/lib/engine/drive";
import { takeDueStep } from "@/lib/engine/lease";
import { runStep } from "@/lib/engine/run-step";
import { loadCell, specDigest, untilCell } from "@/lib/engine/testing/cells";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";
import { hasEnded, type PromotionPhase, type PromotionState } from "@/lib/pipeline/promotion/state";
import { ExternalError } from "@/lib/ports/external-error";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";
import { buildImage, type Fault } from "@/sandbox/images";
import { pushImage } from "@/sandbox/push-image";

let world: DemoWorld;
let count = 0;

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
});
afterAll(() => world?.close());

const staging = { project: "demo", environment: "staging" };

async function ask(release: string, environment = "staging"): Promise<PromotionState> {
  count += 1;
  const input = { project: "demo", environment, release, idempotencyKey: `way-back-${count}` };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  return asked.state;
}

async function newRelease(service: "backend" | "chat" = "backend", fault?: Fault) {
  count += 1;
  return world.release(service, `v7.${count}.0`, fault);
}

async function apply(text: string): Promise<void> {
  expect((await applyDocuments(world.engine, world.people.ada, { text }, { operator: true })).kind).toBe("applied");
}

async function succeed(release: string): Promise<void> {
  const { id } = await ask(release);
  expect((await world.withWorker(() => world.ended(id))).phase).toBe("succeeded");
}

/** A release of both services, named in the opposite order of the project file. */
async function announceBoth(name: string, chatFault?: Fault) {
  const push = async (service: string, fault?: Fault) => {
    const { registryUrl } = world.sandbox;
    const image = buildImage({ content: `${service} ${name}`, version: "v7.0.0", fault });
    const digest = await pushImage(image, { registryUrl, repository: `demo-${service}`, tag: name });
    return { service, image: `demo-${service}@${digest}` };
  };
  const artifacts = [await push("chat", chatFault), await push("backend")];
  const announced = await announceRelease(world.engine, world.people.rita, { project: "demo", name, artifacts });
  if (announced.kind === "rejection") throw new Error(announced.message);
  return announced;
}

const stop = (id: string) => abort(world.engine, world.people.rita, { promotion: id, why: "stop it" });
const stateOf = (id: string) => world.until(id, () => true);
const kindsOf = async (id: string) =>
  (await loadPromotionEntries(world.pool, "demo", id)).map((entry) => [entry.kind, entry.subject.service]);
const servicesOf = async (id: string, kind: string) =>
  (await kindsOf(id)).filter(([one]) => one === kind).map(([, service]) => service);

describe("stopping a promotion", () => {
  it("that waits or is queued ends it at once", async () => {
    const { key } = await newRelease();
    const [active, queued] = [await ask(key), await ask((await newRelease()).key)];
    expect(queued.phase).toBe("queued");
    expect(await stop(queued.id)).toMatchObject({ kind: "told", state: { phase: "aborted", rollouts: [] } });
    // Started, and nobody has begun: nothing was touched.
    expect(await stop(active.id)).toMatchObject({ kind: "told", state: { phase: "aborted", why: "stop it" } });
    expect(await world.pool.query(sql`select id from step where status = 'due'`)).toEqual([]);
    expect((await loadCell(world, "backend", "staging")).generation).toBe(0);

    await succeed(key);
    const waiting = await ask(key, "production");
    expect(waiting.phase).toBe("waiting");
    expect(await stop(waiting.id)).toMatchObject({ kind: "told", state: { phase: "aborted" } });
  });

  // Pods that never get ready stay in the middle of the rollout.
  const underWay: [PromotionPhase, Fault | undefined, (state: PromotionState) => boolean][] = [
    ["rollingOut", "unready", (state) => state.phase === "rollingOut" && state.rollouts[0]?.phase === "accepted"],
    ["verifying", undefined, (state) => state.phase === "verifying"],
  ];
  it.each(underWay)("that is %s takes back what it changed, and blocks nothing", async (_, fault, there) => {
    // Long enough that nobody has to hurry.
    await apply(projectFile(world.sandbox, { watch: "5m" }));
    const before = await specDigest(world, "backend", "staging");
    const { key, digest } = await newRelease("backend", fault);
    const { id } = await ask(key);
    await apply(projectFile(world.sandbox));
    const ended = await world.withWorker(async () => {
      await world.until(id, there);
      expect(await specDigest(world, "backend", "staging")).toBe(digest);
      expect((await stop(id)).kind).toBe("told");
      return world.ended(id);
    });
    expect(ended).toMatchObject({ phase: "aborted", by: { name: "Rita Moreau" }, why: "stop it" });
    expect(await specDigest(world, "backend", "staging")).toBe(before);
    expect((await loadCell(world, "backend", "staging")).wanted).toBe(before);
    expect(await stop(id)).toMatchObject({ kind: "rejection", code: "ended" });
    expect(await world.pool.query(sql`select id from block where digest = ${digest}`)).toEqual([]);
    await expectSoundRecord(world, id);
  });

  it("whose call to the cluster may be under way counts as changed: it goes back", async () => {
    const { key } = await newRelease();
    const { id } = await ask(key);
    // The process died between its intent and its call.
    const dying = {
      ...world.engine,
      world: { ...world.engine.world, target: () => Promise.reject(new Error("died")) },
    };
    await drive(dying, id, 30_000);
    expect(await stateOf(id)).toMatchObject({ rollouts: [{ phase: "requested" }] });
    expect(await stop(id)).toMatchObject({ kind: "told", state: { phase: "rollingBack" } });
    expect(await stop(id)).toMatchObject({ kind: "rejection", code: "notRunning" });
    expect((await world.withWorker(() => world.ended(id))).phase).toBe("aborted");
    await expectSoundRecord(world, id);
  });
});

describe("services that move together", () => {
  it("are rolled out in the order of the project file, one after the other, and succeed as one", async () => {
    const { key } = await announceBoth("platform-1");
    const { id } = await ask(key);
    const ended = await world.withWorker(() => world.ended(id));
    expect(ended.phase).toBe("succeeded");
    expect(await servicesOf(id, "rollout.requested")).toEqual(["backend", "chat"]);
    const kinds = await kindsOf(id);
    const at = (kind: string, service: string) => kinds.findIndex(([one, of]) => one === kind && of === service);
    expect(at("rollout.requested", "chat")).toBeGreaterThan(at("rollout.observed", "backend"));
    await expectSoundRecord(world, id);
  });

  it("go back in the opposite order where one fails, and only that one is blocked", async () => {
    const before = [await specDigest(world, "backend", "staging"), await specDigest(world, "chat", "staging")];
    const { key, artifacts } = await announceBoth("platform-2", "crash");
    const { id } = await ask(key);
    const ended = await world.withWorker(() => world.ended(id));
    expect(ended).toMatchObject({ phase: "rolledBack", cause: { service: "chat", kind: "failed" } });
    expect(await servicesOf(id, "revert.requested")).toEqual(["chat", "backend"]);
    expect([await specDigest(world, "backend", "staging"), await specDigest(world, "chat", "staging")]).toEqual(before);
    const blocked = await world.pool.query<{ service: string; digest: string }>(
      sql`select service, digest from block where promotion = ${id}`,
    );
    const chat = artifacts.find((one) => one.service === "chat");
    expect(blocked).toEqual([{ service: "chat", digest: chat?.digest }]);
    await expectSoundRecord(world, id);
  });

  it("go back together by a click, each to what was verified there before", async () => {
    const before = await Promise.all(["backend", "chat"].map((service) => specDigest(world, service, "staging")));
    const { key } = await announceBoth("platform-3");
    await succeed(key);
    const back = await rollBack(world.engine, world.people.rita, {
      ...staging,
      services: ["chat", "backend", "chat"],
      reason: "complaints",
      idempotencyKey: "together-back",
    });
    if (back.kind === "rejection") throw new Error(back.message);
    expect(back.state.plan.services.map((one) => one.service)).toEqual(["backend", "chat"]);
    expect(back.state.causedBy).not.toBeNull();
    expect((await world.withWorker(() => world.ended(back.state.id))).phase).toBe("succeeded");
    const after = await Promise.all(["backend", "chat"].map((service) => specDigest(world, service, "staging")));
    expect(after).toEqual(before);
  });
});

describe("a rollback", () => {
  it("does not go to a digest that was blocked since, whether by a click or by itself", async () => {
    const [first, second, third] = [await newRelease("chat"), await newRelease("chat"), await newRelease("chat")];
    for (const { key } of [first, second]) await succeed(key);
    const planned = await ask(third.key);
    expect(planned.plan.services[0]?.rollback?.digest).toBe(second.digest);
    await stop(planned.id);

    await world.pool.execute(
      sql`insert into block (id, project, service, environment, digest, reason, next_step, blocked_by, blocked_at)
          values ('demo:leak', 'demo', 'chat', 'staging', ${second.digest}, 'a leak', 'mend it', '{}'::jsonb, now())`,
    );
    const replanned = await ask(third.key);
    expect(replanned.plan.services[0]?.rollback).toMatchObject({ digest: first.digest, verified: true });
    await stop(replanned.id);
    const back = { ...staging, services: ["chat"], idempotencyKey: "past-the-blocked" };
    const asked = await rollBack(world.engine, world.people.rita, back);
    if (asked.kind === "rejection") throw new Error(asked.message);
    expect(asked.state.plan.services[0]?.to.digest).toBe(first.digest);
    expect((await world.withWorker(() => world.ended(asked.state.id))).phase).toBe("succeeded");

    const lifted = await unblock(world.engine, world.people.ada, {
      project: "demo",
      block: "demo:leak",
      why: "mended",
    });
    expect(lifted.kind).toBe("unblocked");
    await expectSoundRecord(world, asked.state.id);
  });

  it("that fails is not rolled back by itself: it is stuck until a person closes it", async () => {
    const [good, bad] = [await newRelease("chat"), await newRelease("chat")];
    await succeed(good.key);
    await succeed(bad.key);
    // Long enough that it is still under way when its workload goes.
    await apply(projectFile(world.sandbox, { watch: "5m" }));
    const asked = await rollBack(world.engine, world.people.rita, {
      ...staging,
      services: ["chat"],
      idempotencyKey: "a-failing-rollback",
    });
    if (asked.kind === "rejection") throw new Error(asked.message);
    await apply(projectFile(world.sandbox));
    const { id } = asked.state;
    await world.withWorker(async () => {
      await world.until(
        id,
        (state) => "rollouts" in state && ["accepted", "observed"].includes(state.rollouts[0]?.phase ?? ""),
      );
      await setReady("chat", false);
      await world.until(id, (state) => state.phase === "stuck");
      await setReady("chat", true);
    });
    expect(await stateOf(id)).toMatchObject({ phase: "stuck", trouble: expect.stringContaining("rollback itself") });
    expect(await stop(id)).toMatchObject({ kind: "rejection", code: "notRunning" });
    const again = { ...staging, services: ["chat"], idempotencyKey: "while-it-is-stuck" };
    const message = `${id} is stuck there: try its way back again, or close it first`;
    expect(await rollBack(world.engine, world.people.rita, again)).toMatchObject({ code: "busy", message });
    const why = "looked at by hand";
    const closed = await settleStuck(world.engine, world.people.rita, { promotion: id, how: "close", why });
    expect(closed).toMatchObject({ kind: "told", state: { phase: "failed" } });
    expect(await releaseHold(world.engine, world.people.rita, { ...staging, why })).toMatchObject({ kind: "released" });
    await expectSoundRecord(world, id);
  });
});

/** Somebody takes the workload away in the middle, or puts it back as the cluster had it. */
async function setReady(service: string, there: boolean): Promise<void> {
  const path = `/apis/apps/v1/namespaces/demo-staging/deployments/${service}`;
  const { clusterUrl, tokens, registryHost } = world.sandbox;
  const headers = { authorization: `Bearer ${tokens.admin}`, "content-type": "application/json" };
  if (!there) {
    const answer = await fetch(`${clusterUrl}${path}`, { method: "DELETE", headers });
    if (!answer.ok) throw new Error(await answer.text());
    return;
  }
  const { wanted } = await loadCell(world, service, "staging");
  const body = {
    metadata: { name: service, namespace: "demo-staging" },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: service } },
      template: {
        metadata: { labels: { app: service } },
        spec: { containers: [{ name: service, image: `${registryHost}/demo-${service}@${wanted}` }] },
      },
    },
  };
  const collection = path.slice(0, path.lastIndexOf("/"));
  const answer = await fetch(`${clusterUrl}${collection}`, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
  await untilCell(world, service, "staging", (cell) => cell.health === "healthy");
}

describe("a way back after every check had passed", () => {
  it("leaves no tag on what went back: one that was moved names again what runs", async () => {
    const tagged = async (service: string) => {
      const registry = await world.engine.world.registry("demo", "registry");
      return (await registry.resolve(`demo-${service}`, { tag: "staging" })).digest;
    };
    await announceBoth("v7.90.0");
    await succeed("v7.90.0");
    const before = { backend: await tagged("backend"), chat: await tagged("chat") };
    await announceBoth("v7.91.0");
    const { id, plan } = await ask("v7.91.0");
    let state = await stateOf(id);
    const isHalf = () => state.phase === "verifying" && state.tags.some(({ status }) => status === "moved");
    while (!isHalf()) {
      const step = await takeDueStep(world.engine, id);
      if (step) await runStep(world.engine, step);
      else await new Promise((resolve) => setTimeout(resolve, 20));
      state = await stateOf(id);
      expect(hasEnded(state.phase)).toBe(false);
    }
    const moved = state.phase === "verifying" ? state.tags.filter(({ status }) => status === "moved") : [];
    const [first] = moved;
    expect(moved).toHaveLength(1);
    const brought = plan.services.find(({ service }) => service === first?.service)?.to.digest;
    expect(await tagged(first?.service ?? "")).toBe(brought);

    await stop(id);
    while (!hasEnded((await stateOf(id)).phase)) {
      const step = await takeDueStep(world.engine, id);
      if (step) await runStep(world.engine, step);
      else await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await stateOf(id)).toMatchObject({ phase: "aborted" });

    // It waited long for another promotion there, and then meets a registry that is away for a moment.
    await world.pool.execute(sql`update step set attempts = 50 where promotion = ${id} and kind = 'moveTag'`);
    const step = await takeDueStep(world.engine, id);
    expect(step).toMatchObject({ kind: "moveTag", attempts: 50 });
    const silence = { system: "registry", code: "unavailable", message: "no answer", retryable: true } as const;
    const registry = () => Promise.reject(new ExternalError(silence));
    if (step) await runStep({ ...world.engine, world: { ...world.engine.world, registry } }, step);
    expect((await kindsOf(id)).map(([kind]) => kind)).not.toContain("tag.failed");
    await world.pool.execute(sql`update step set due_at = now() - interval '1 s' where id = ${step?.id ?? ""}`);

    const moves = async () => (await kindsOf(id)).filter(([kind]) => kind === "tag.moved").length;
    await world.withWorker(() => expect.poll(moves, { timeout: 90_000, interval: 50 }).toBe(3));
    expect({ backend: await tagged("backend"), chat: await tagged("chat") }).toEqual(before);
    await expectSoundRecord(world, id);
  });
});

describe("where nobody goes back by itself", () => {
  it("the policy hold leaves the new digest, holds the environment and says what to decide", async () => {
    const text = projectFile(world.sandbox).replace("tag: staging\n", "tag: staging\n      onFailure: hold\n");
    await apply(text);
    const { key, digest } = await newRelease("backend", "crash");
    const { id } = await ask(key);
    const ended = await world.withWorker(() => world.ended(id));
    expect(ended).toMatchObject({ phase: "failed", nextStep: expect.stringContaining("is held") });
    expect(await specDigest(world, "backend", "staging")).toBe(digest);
    expect(await servicesOf(id, "revert.requested")).toEqual([]);
    const next = await ask((await newRelease()).key);
    expect(next).toMatchObject({ phase: "waiting" });
    expect(next.verdicts.find((one) => one.gate === "hold")?.summary).toContain(id);
    // A rollback is not stopped by the hold.
    const back = { ...staging, services: ["backend"], idempotencyKey: "out-of-the-hold" };
    const asked = await rollBack(world.engine, world.people.rita, back);
    if (asked.kind === "rejection") throw new Error(asked.message);
    expect((await world.withWorker(() => world.ended(asked.state.id))).phase).toBe("succeeded");
    await expectSoundRecord(world, id);
    await stop(next.id);
    const released = await releaseHold(world.engine, world.people.rita, { ...staging, why: "it went back" });
    expect(released).toEqual({ kind: "released", id: `${id}:hold` });
  });

  it("a first deployment that fails is stuck, cannot be tried again, and is closed with a reason", async () => {
    const target = (environment: string) =>
      `${environment}: { kubernetes: { connection: cluster, namespace: demo-${environment}, deployment: web, container: web } }`;
    const text = `${projectFile(world.sandbox)}    - name: web
      image: { connection: registry, repository: demo-web }
      targets: { ${target("staging")}, ${target("production")} }
`;
    await createEmpty("web");
    await apply(text);
    const image = buildImage({ content: "web", version: "v1.0.0", fault: "crash" });
    const { registryUrl } = world.sandbox;
    const digest = await pushImage(image, { registryUrl, repository: "demo-web", tag: "v1.0.0" });
    const artifacts = [{ service: "web", image: `demo-web@${digest}` }];
    const announced = await announceRelease(world.engine, world.people.rita, {
      project: "demo",
      version: "v1.0.0",
      artifacts,
    });
    if (announced.kind === "rejection") throw new Error(announced.message);
    const started = await ask(announced.key);
    expect(started.plan.services[0]).toMatchObject({ from: null, rollback: null });
    const stuck = await world.withWorker(() => world.until(started.id, (state) => state.phase === "stuck"));
    expect(stuck).toMatchObject({ trouble: expect.stringContaining("nothing to go back to") });
    const { id } = started;
    expect(await settleStuck(world.engine, world.people.rita, { promotion: id, how: "retry" })).toMatchObject({
      kind: "rejection",
      code: "notRunning",
    });
    const why = "there is nothing yet";
    expect(await settleStuck(world.engine, world.people.rita, { promotion: id, how: "close", why })).toMatchObject({
      state: { phase: "failed", nextStep: `Closed by a person: ${why}` },
    });
    const back = { ...staging, services: ["web"], idempotencyKey: "web-has-no-past" };
    expect(await rollBack(world.engine, world.people.rita, back)).toMatchObject({ code: "nothingToGoBackTo" });
    await expectSoundRecord(world, id);
  });
});

/** A workload whose image was never there: it runs nothing, and nobody knows a digest of it. */
async function createEmpty(name: string): Promise<void> {
  const { clusterUrl, tokens, registryHost } = world.sandbox;
  const headers = { authorization: `Bearer ${tokens.admin}`, "content-type": "application/json" };
  const body = {
    metadata: { name, namespace: "demo-staging" },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name, image: `${registryHost}/demo-${name}:none` }] },
      },
    },
  };
  const path = "/apis/apps/v1/namespaces/demo-staging/deployments";
  const answer = await fetch(`${clusterUrl}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
}
