import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadPerson } from "@/lib/auth/people";
import type { PersonPrincipal } from "@/lib/auth/principal";
import { storePerson } from "@/lib/auth/testing";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { hold, releaseHold } from "@/lib/commands/hold";
import { sendNotificationAgain as sendAgain } from "@/lib/commands/send-notification-again";
import { tryNotification } from "@/lib/commands/try-notification";
import { shopFile } from "@/lib/config/testing/shop-file";
import { createPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { composeEngine } from "@/lib/engine/compose";
import type { Engine } from "@/lib/engine/engine";
import { deliver } from "@/lib/engine/notify/deliver";
import { takeDueNotification } from "@/lib/engine/notify/due-notification";
import { type Receiver, startReceiver } from "@/lib/engine/notify/testing/receiver";
import { inLedgerTransaction } from "@/lib/ledger/append";
import { loadPromotion, recordInput } from "@/lib/ledger/record-promotion";
import { Forbidden, NotFound } from "@/lib/pipeline/errors";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import { hashPlan } from "@/lib/pipeline/plan/hash";
import { later } from "@/lib/pipeline/promotion/decision";
import type { PromotionInput } from "@/lib/pipeline/promotion/input";
import { aPlan } from "@/lib/pipeline/promotion/testing/a-plan";
import { aRequest, arjun, rita } from "@/lib/pipeline/promotion/testing/some-input";
import { notifications } from "@/lib/worker/due-work";
import { WorkLoop } from "@/lib/worker/work-loop";

let database: TestDatabase;
let pool: Pool;
let engine: Engine;
let receiver: Receiver;
let owner: PersonPrincipal;
let chief: PersonPrincipal;
let manager: PersonPrincipal;
let requests = 0;

const secret = `whsec_${Buffer.from("a secret of twenty-four b").toString("base64")}`;
const hookKey = () => `webhook ${receiver.url}/hook`;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  engine = { ...composeEngine(pool), log: () => undefined, publicUrl: "https://waybill.example.com" };
  const person = async (over: Parameters<typeof storePerson>[1]) => {
    const found = await loadPerson(pool, await storePerson(pool, over));
    if (!found) throw new Error("nobody");
    return found;
  };
  owner = await person({ administrator: true });
  process.env.TEST_HOOK_SECRET = secret;
  receiver = await startReceiver();
  await apply([`{ on: [environment.held], webhook: { url: "${receiver.url}/hook", secret: "env:TEST_HOOK_SECRET" } }`]);
  chief = await person({ subject: "chief", email: "ana@example.com" });
  manager = await person({ subject: "manager", groups: ["shop-release"] });
});
afterAll(async () => {
  delete process.env.TEST_HOOK_SECRET;
  await receiver.close();
  await pool.close();
  await database.close();
});
beforeEach(() => {
  receiver.received.length = 0;
  receiver.answers = [];
});
afterEach(async () => {
  await pool.execute(sql`delete from notification`);
});

async function apply(subscriptions: string[]): Promise<void> {
  const text = `${shopFile}  notify:\n${subscriptions.map((one) => `    - ${one}\n`).join("")}`;
  const applied = await applyDocuments(engine, owner, { text }, { operator: true });
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied.errors));
}

const onHold = (events = "environment.held") =>
  apply([`{ on: [${events}], webhook: { url: "${receiver.url}/hook", secret: "env:TEST_HOOK_SECRET" } }`]);

async function holdOnce(reason = "to see who is told"): Promise<void> {
  const at = { project: "shop", environment: "production" };
  await releaseHold(engine, owner, { ...at, why: "before the test" });
  const held = await hold(engine, owner, { ...at, reason });
  expect(held.kind).toBe("held");
}

/** Does what is due now, one after the other. */
async function deliverAll(): Promise<number> {
  for (let count = 0; ; count++) {
    const taken = await takeDueNotification(engine);
    if (!taken) return count;
    await deliver(engine, taken);
  }
}

interface Row {
  status: string;
  attempts: number;
  said: string | null;
  event: string;
  dueInMs: number;
}
const rows = () =>
  pool.query<Row>(
    sql`select status, attempts, said, event, extract(epoch from due_at - now())::float8 * 1000 as "dueInMs"
          from notification order by created_at, event`,
  );
const passTime = () =>
  pool.execute(sql`update notification set due_at = now() - interval '1 second' where status = 'due'`);

describe("a webhook", () => {
  it("is told once of an entry, signed so that the receiver can tell", async () => {
    await onHold();
    await holdOnce();
    expect(await rows()).toMatchObject([{ event: "environment.held", status: "due", attempts: 0 }]);
    expect(await deliverAll()).toBe(1);
    expect(await rows()).toMatchObject([{ status: "delivered", attempts: 1, said: "answered 200" }]);
    const [told] = receiver.received;
    const headers = told?.headers as Record<string, string>;
    const event = new Webhook(secret).verify(told?.body ?? "", headers);
    expect(event).toMatchObject({
      type: "environment.held",
      data: { project: "shop", environment: "production", title: "production is held" },
    });
    expect(() => new Webhook(secret).verify(`${told?.body} `, headers)).toThrow();
  });

  it("is not told of what it did not ask for, nor of other environments", async () => {
    const hook = `webhook: { url: "${receiver.url}/hook", secret: "env:TEST_HOOK_SECRET" }`;
    await apply([`{ on: [environment.held], environments: [staging], ${hook} }`, `{ on: [drift.detected], ${hook} }`]);
    await holdOnce();
    expect(await rows()).toEqual([]);
  });

  it("of one environment is told of what holds the whole project, and so that one too", async () => {
    const hook = `webhook: { url: "${receiver.url}/hook", secret: "env:TEST_HOOK_SECRET" }`;
    await apply([`{ on: [project.held, project.released, release.announced], environments: [production], ${hook} }`]);
    expect((await hold(engine, owner, { project: "shop", reason: "the disk is full" })).kind).toBe("held");
    expect((await releaseHold(engine, owner, { project: "shop", why: "a new disk" })).kind).toBe("released");
    expect((await rows()).map((row) => row.event)).toEqual(["project.held", "project.released"]);
    await deliverAll();
    expect(receiver.received).toHaveLength(2);
  });

  it("is told once where two subscriptions name it", async () => {
    const hook = `webhook: { url: "${receiver.url}/hook", secret: "env:TEST_HOOK_SECRET" }`;
    await apply([`{ on: [environment.held], ${hook} }`, `{ on: [environment.held, drift.detected], ${hook} }`]);
    await holdOnce();
    await deliverAll();
    expect(receiver.received).toHaveLength(1);
  });

  it("is told nothing of an entry that did not stand", async () => {
    await onHold();
    await expect(
      inLedgerTransaction(pool, "shop", async (tx) => {
        const data = { id: "shop:production:1", reason: "never" };
        const subject = { environment: "production" };
        const entry = { kind: "environment.held" as const, data, at: new Date().toISOString(), actor: rita, subject };
        await tx.append([entry]);
        throw new Error("rolled back");
      }),
    ).rejects.toThrow("rolled back");
    expect(await rows()).toEqual([]);
  });

  it("is told once by two workers, each event in one piece", async () => {
    await onHold();
    await holdOnce();
    await tryNotification(engine, owner, { project: "shop", channel: hookKey() });
    const loops = ["one", "two"].map((name) => {
      return new WorkLoop({ ...engine, owner: name }, { concurrency: 4, sweepMs: 20 }, notifications);
    });
    for (const loop of loops) loop.start();
    await expect.poll(async () => (await rows()).filter((row) => row.status === "delivered").length).toBe(2);
    await Promise.all(loops.map((loop) => loop.stop(5_000)));
    expect(receiver.received).toHaveLength(2);
  });

  it("is told again under the same id by another worker where the first one died after the sending", async () => {
    await onHold();
    await holdOnce();
    const dying = await takeDueNotification({ ...engine, owner: "dying" });
    if (!dying) throw new Error("nothing was due");
    await pool.execute(sql`update notification set lease_until = now() - interval '1 second'`);
    await deliverAll();
    await deliver({ ...engine, owner: "dying" }, dying);
    const ids = receiver.received.map((one) => one.headers["webhook-id"]);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
    expect(await rows()).toMatchObject([{ status: "delivered", attempts: 2 }]);
  });
});

describe("an other side that fails", () => {
  it("is tried again after a pause, and after the pause that it asks for", async () => {
    await onHold();
    await holdOnce();
    receiver.answers = [
      { status: 503 },
      { status: 429, headers: { "retry-after": "900" }, body: "slow" },
      { status: 204 },
    ];
    await deliverAll();
    const [first] = await rows();
    expect(first).toMatchObject({ status: "due", attempts: 1, said: expect.stringContaining("answered 503") });
    expect(first?.dueInMs).toBeGreaterThan(1_000);
    expect(first?.dueInMs).toBeLessThanOrEqual(5_000);
    expect(await deliverAll()).toBe(0);
    await passTime();
    await deliverAll();
    const [second] = await rows();
    expect(second).toMatchObject({ status: "due", attempts: 2, said: expect.stringContaining("answered 429 (slow)") });
    expect(second?.dueInMs).toBeGreaterThan(880_000);
    await passTime();
    await deliverAll();
    expect(await rows()).toMatchObject([{ status: "delivered", attempts: 3, said: "answered 204" }]);
  });

  it("is given up after eight attempts, and is sent to again when a person says so", async () => {
    await onHold();
    await holdOnce();
    receiver.answers = [{ status: 500, body: `broken, and your key is ${secret}` }];
    for (let attempt = 0; attempt < 9; attempt++) {
      await passTime();
      await deliverAll();
    }
    const [dead] = await rows();
    expect(dead).toMatchObject({ status: "dead", attempts: 8 });
    expect(dead?.said).toContain("broken, and your key is …");
    expect(receiver.received).toHaveLength(8);
    const [row] = await pool.query<{ id: string }>(sql`select id from notification`);
    const again = { project: "shop", id: row?.id };
    await expect(sendAgain(engine, manager, again)).rejects.toThrow(Forbidden);
    receiver.answers = [];
    const both = await Promise.all([sendAgain(engine, chief, again), sendAgain(engine, chief, again)]);
    expect(both.map((one) => one.kind).sort()).toEqual(["queued", "rejection"]);
    await deliverAll();
    expect(await rows()).toMatchObject([{ status: "delivered", attempts: 1 }]);
    expect(await sendAgain(engine, chief, again)).toMatchObject({ kind: "rejection", code: "notDead" });
  });

  it.each([400, 404, 410, 302])("is given up at once where it answers %i", async (status) => {
    await onHold();
    await holdOnce();
    receiver.answers = [{ status, headers: status === 302 ? { location: `${receiver.url}/elsewhere` } : {} }];
    await deliverAll();
    expect(await rows()).toMatchObject([
      { status: "dead", attempts: 1, said: expect.stringContaining(String(status)) },
    ]);
    expect(receiver.received.map((one) => one.path)).toEqual(["/hook"]);
  });

  it("signs with nothing that is not made to sign", async () => {
    await onHold();
    await holdOnce();
    process.env.TEST_HOOK_SECRET = "the-password-of-the-registry";
    await deliverAll();
    process.env.TEST_HOOK_SECRET = secret;
    const [row] = await rows();
    expect(row).toMatchObject({ status: "dead", said: expect.stringContaining("must be whsec_") });
    expect(row?.said).not.toContain("registry");
    expect(receiver.received).toEqual([]);
  });

  it("is not told where the file stopped naming it", async () => {
    await onHold();
    await holdOnce();
    await apply([
      `{ on: [environment.held], webhook: { url: "${receiver.url}/new", secret: "env:TEST_HOOK_SECRET" } }`,
    ]);
    await deliverAll();
    expect(await rows()).toMatchObject([{ status: "dropped", said: expect.stringContaining("does not name") }]);
    expect(receiver.received).toEqual([]);
  });
});

describe("a test of a subscription", () => {
  it("goes to the stored address, for whoever configures the project", async () => {
    await onHold();
    const input = { project: "shop", channel: hookKey() };
    await expect(tryNotification(engine, manager, input)).rejects.toThrow(Forbidden);
    expect(await tryNotification(engine, chief, input)).toMatchObject({ kind: "queued" });
    expect(await tryNotification(engine, chief, input)).toMatchObject({ kind: "rejection", code: "underWay" });
    await deliverAll();
    expect(receiver.received.map((one) => JSON.parse(one.body).type)).toEqual(["test"]);
    expect(await rows()).toMatchObject([{ event: "test", status: "delivered" }]);
  });

  it("takes no address from whoever asks", async () => {
    await onHold();
    const elsewhere = "webhook http://127.0.0.1:9/stolen";
    await expect(tryNotification(engine, chief, { project: "shop", channel: elsewhere })).rejects.toThrow(NotFound);
    const smuggled = { project: "shop", channel: hookKey(), url: "http://127.0.0.1:9/stolen" };
    await expect(tryNotification(engine, chief, smuggled)).rejects.toThrow();
    expect(await rows()).toEqual([]);
  });

  it("is not tried again: whoever waits for the answer has it", async () => {
    await onHold();
    receiver.answers = [{ status: 503 }];
    await tryNotification(engine, chief, { project: "shop", channel: hookKey() });
    await deliverAll();
    expect(await rows()).toMatchObject([{ event: "test", status: "dead", attempts: 1 }]);
  });
});

describe("an approval", () => {
  const asking = "approval.requested, approval.expiring, promotion.approved";

  /** A promotion that waits for an approval since ten minutes ago, until `expiresInMs` from then. */
  async function ask(expiresInMs = 86_400_000) {
    requests += 1;
    const now = later(new Date().toISOString(), -600_000);
    const plan = aPlan({ project: "shop" });
    const id = `shop-${requests}`;
    const request = { ...aRequest(plan), id, number: requests, expiresAt: later(now, expiresInMs) };
    const key = { idempotencyKey: id, requestHash: id };
    await inLedgerTransaction(pool, "shop", (tx) => recordInput(tx, undefined, request, now, key));
    return { id, planHash: hashPlan(plan) };
  }
  async function say(id: string, input: PromotionInput): Promise<void> {
    await inLedgerTransaction(pool, "shop", async (tx) => {
      const recorded = await recordInput(tx, await loadPromotion(tx, "shop", id), input, new Date().toISOString());
      expect(recorded.kind).toBe("recorded");
    });
  }

  it("is asked for with a link to exactly this plan, and reminded of before it expires", async () => {
    await onHold(asking);
    const { id, planHash } = await ask();
    const [reminder, asked] = (await rows()).toSorted((a, b) => b.dueInMs - a.dueInMs);
    expect(asked).toMatchObject({ event: "approval.requested" });
    expect(reminder).toMatchObject({ event: "approval.expiring" });
    expect(reminder?.dueInMs).toBeGreaterThan(19 * 3_600_000);
    await deliverAll();
    const { data } = JSON.parse(receiver.received[0]?.body ?? "{}");
    expect(data.links[0].url).toBe(`https://waybill.example.com/approvals/${id}?plan=${planHash}`);
    expect(data.promotion).toMatchObject({ id, planHash, version: "v1.1.0", environment: "production" });
    await passTime();
    await deliverAll();
    expect(JSON.parse(receiver.received[1]?.body ?? "{}")).toMatchObject({ type: "approval.expiring" });
  });

  it("is not reminded of once it was answered, nor asked for once it ended", async () => {
    await onHold(asking);
    const { id, planHash } = await ask();
    await say(id, { kind: "reject", by: arjun, planHash, why: "not today" });
    await passTime();
    await deliverAll();
    expect(receiver.received).toEqual([]);
    expect(await rows()).toMatchObject([{ status: "dropped" }, { status: "dropped" }]);
  });

  it("is asked for anew where the plan changed, and the old plan is asked for no more", async () => {
    await onHold("approval.requested");
    const { id } = await ask();
    const plan = aPlan({ project: "shop", policyVersion: 4 });
    const verdict: Verdict = { gate: "approval", status: "wait", demand: "1", summary: "0 of 1", evidence: [] };
    const planHash = hashPlan(plan);
    await say(id, { kind: "evaluated", plan, planHash, changes: ["policy"], verdicts: [verdict], slotFree: true });
    await deliverAll();
    const told = receiver.received.map((one) => JSON.parse(one.body).data);
    expect(told.map((one) => one.promotion.planHash)).toEqual([planHash]);
    expect(told[0].summary).toContain("The plan changed");
  });
});
