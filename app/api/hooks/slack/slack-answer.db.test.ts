import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { POST } from "@/app/api/hooks/slack/[connection]/route";
import { bodyOf as bodyOfPress, type Press, signed, signingSecret } from "@/app/api/hooks/slack/testing/press";
import { useWorld } from "@/lib/api/testing/api-server";
import { loadPerson, recordSignIn } from "@/lib/auth/people";
import type { PersonPrincipal } from "@/lib/auth/principal";
import { abort } from "@/lib/commands/abort";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { approve } from "@/lib/commands/approve";
import { reject } from "@/lib/commands/reject";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import { drive } from "@/lib/engine/drive";
import { deliver } from "@/lib/engine/notify/deliver";
import { takeDueNotification } from "@/lib/engine/notify/due-notification";
import { type Receiver, startReceiver } from "@/lib/engine/notify/testing/receiver";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";
import type { PromotionState } from "@/lib/pipeline/promotion/state";

// The route's log is made as its module is read. What follows an answer is the tests' to do, one after the other.
vi.hoisted(() => {
  process.env.LOG_LEVEL = "silent";
  process.env.WAYBILL_ROLE = "web";
});

let world: DemoWorld;
let slack: Receiver;
let release: string;
let waiting: PromotionState;
let count = 0;

beforeAll(async () => {
  process.env.TEST_SLACK_TOKEN = "xoxb-a-very-secret-token";
  process.env.TEST_SLACK_SIGNING = signingSecret;
  slack = await startReceiver();
  world = await createDemoWorld({ worker: false });
  useWorld(world);
  release = (await world.release("backend", "v6.0.0")).key;
  await apply();
  for (const subject of ["amy", "ben", "eve", "twin"]) await signIn(subject);
  await signIn("twin", "https://other.example");
});
afterAll(async () => {
  delete process.env.TEST_SLACK_TOKEN;
  delete process.env.TEST_SLACK_SIGNING;
  delete process.env.WAYBILL_ROLE;
  await slack?.close();
  await world?.close();
});
beforeEach(async () => {
  slack.received.length = 0;
  slack.answers = [{ status: 200, body: JSON.stringify({ ok: true, ts: "1700000000.000100" }) }];
  waiting = await ask();
});

/** Production asks for two approvals, and says so in Slack; `more` is another demand of the approval. */
async function apply(more = ""): Promise<void> {
  const project = projectFile(world.sandbox, { watch: "1s" })
    .replace("      requires: { all: [staging] }\n", "")
    .replace(/ {8}- soak: .*\n/, "")
    .replace(/approval: \{.*\}/, `approval: { count: 2, from: [approvers], expiresAfter: 1h${more} }`)
    .replace(
      "  services:\n",
      "  notify: [{ on: [approval.requested], slack: { connection: chat, channel: C0123ABCD } }]\n  services:\n",
    );
  const people = ["amy", "ben", "eve", "twin", "gone"].map((name) => {
    return `{ user: U0${name.toUpperCase()}0000, email: ${name}@example.com }`;
  });
  const chat = `apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: chat }
spec:
  projects: [demo]
  slack: { team: T0123ABCD, token: "env:TEST_SLACK_TOKEN", signingSecret: "env:TEST_SLACK_SIGNING", api: "${slack.url}/api/", people: [${people.join(", ")}] }
---
`;
  const applied = await applyDocuments(world.engine, world.people.ada, { text: chat + project }, { operator: true });
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied.errors));
}

async function signIn(subject: string, issuer = "https://id.example"): Promise<PersonPrincipal> {
  const groups = subject === "eve" ? ["staff"] : ["approvers"];
  const identity = { issuer, subject, name: subject, email: `${subject}@example.com`, groups, administrator: false };
  const person = await loadPerson(world.pool, await recordSignIn(world.pool, identity));
  if (!person) throw new Error(`${subject} is not there`);
  return person;
}

/** A new promotion; what still waits is ended, since it would be the answer to the same request. */
async function ask(): Promise<PromotionState> {
  count += 1;
  const open = await world.pool.query<{ id: string }>(
    sql`select id from promotion where ended_at is null and phase in ('waiting', 'queued')`,
  );
  for (const { id } of open) await abort(world.engine, world.people.ada, { promotion: id, why: "end of the test" });
  const rita = await loadPerson(world.pool, world.people.rita.id);
  const asked = await requestPromotion(world.engine, rita ?? world.people.rita, {
    ...{ project: "demo", environment: "production", release, idempotencyKey: `slack-test-${count}` },
  });
  if (asked.kind === "rejection") throw new Error(asked.message);
  return asked.state;
}

const bodyOf = (press: Press) => bodyOfPress(press, waiting, slack.url);

function send({ url, init, connection }: ReturnType<typeof signed>): Promise<Response> {
  return POST(new Request(url, init), { params: Promise.resolve({ connection }) });
}

/** Presses, and answers the words that whoever pressed was told. */
async function press(what: Press): Promise<string> {
  const before = slack.received.length;
  const answer = await send(signed(bodyOf(what)));
  expect(answer.status).toBe(200);
  await expect.poll(() => slack.received.length).toBe(before + 1);
  const told = JSON.parse(slack.received.at(-1)?.body ?? "{}");
  expect(told).toMatchObject({ response_type: "ephemeral", replace_original: false });
  return told.text;
}

const stateOf = () => world.until(waiting.id, () => true);
const approvers = async () => (await stateOf()).approvals.map((one) => one.by.kind === "person" && one.by.name);

describe("the message", () => {
  it("asks in the channel, with buttons that carry exactly this plan", async () => {
    await world.pool.execute(sql`delete from notification where promotion <> ${waiting.id}`);
    const taken = await takeDueNotification(world.engine);
    if (!taken) throw new Error("nothing is due");
    await deliver(world.engine, taken);
    const [posted] = slack.received;
    expect(posted?.path).toBe("/api/chat.postMessage");
    expect(posted?.headers.authorization).toBe("Bearer xoxb-a-very-secret-token");
    const fields = new URLSearchParams(posted?.body);
    expect(fields.get("channel")).toBe("C0123ABCD");
    const blocks: { type: string; elements?: { action_id?: string; value?: string }[] }[] = JSON.parse(
      fields.get("blocks") ?? "[]",
    );
    const buttons = blocks.find((block) => block.type === "actions")?.elements ?? [];
    expect(buttons.map((button) => button.action_id)).toEqual(["waybill.approve", "waybill.reject"]);
    for (const button of buttons) {
      expect(JSON.parse(button.value ?? "")).toEqual({ promotion: waiting.id, planHash: waiting.planHash });
    }
    const [row] = await world.pool.query<{ status: string; said: string }>(
      sql`select status, said from notification where id = ${taken.id}`,
    );
    expect(row).toEqual({ status: "delivered", said: "posted as 1700000000.000100" });
  });

  it("is changed once somebody answered, wherever that was: who signed so far, and no buttons after the end", async () => {
    await world.pool.execute(sql`delete from notification where promotion <> ${waiting.id}`);
    const next = async () => {
      const taken = await takeDueNotification(world.engine);
      if (taken) await deliver(world.engine, taken);
      return taken?.event;
    };
    const changed = () => {
      const last = slack.received.at(-1);
      const fields = new URLSearchParams(last?.body);
      expect(fields.get("channel")).toBe("C0123ABCD");
      return { path: last?.path, ts: fields.get("ts"), text: fields.get("blocks") ?? "" };
    };
    expect(await next()).toBe("approval.requested");
    const amy = await signIn("amy");
    await approve(world.engine, amy, { promotion: waiting.id, planHash: waiting.planHash }, "page");
    expect(await next()).toBe("approval.answered");
    expect(changed()).toMatchObject({ path: "/api/chat.update", ts: "1700000000.000100" });
    expect(changed().text).toContain("amy");
    expect(changed().text).toContain("waybill.approve");
    expect(slack.received).toHaveLength(2);

    const ben = await signIn("ben");
    await reject(world.engine, ben, { promotion: waiting.id, planHash: waiting.planHash, why: "not today" }, "page");
    expect(await next()).toBe("approval.answered");
    expect(changed().text).toContain("was rejected");
    expect(changed().text).toContain("not today");
    expect(changed().text).not.toContain("waybill.approve");
    expect(await next()).toBeUndefined();
  });

  it.each([
    [{ status: 200, body: '{"ok":false,"error":"not_in_channel"}' }, "dead", "answered not_in_channel"],
    [{ status: 200, body: '{"ok":false,"error":"internal_error"}' }, "due", "answered internal_error"],
    [{ status: 429, body: "{}", headers: { "retry-after": "30" } }, "due", "answered 429"],
    [{ status: 502, body: "<html>" }, "due", "answered 502"],
  ])("that Slack answers with %j is %s: %s", async (answer, status, said) => {
    await world.pool.execute(sql`delete from notification where promotion <> ${waiting.id}`);
    slack.answers = [answer];
    const taken = await takeDueNotification(world.engine);
    if (!taken) throw new Error("nothing is due");
    await deliver(world.engine, taken);
    const [row] = await world.pool.query<{ status: string; said: string; ms: number }>(
      sql`select status, said, extract(epoch from due_at - now())::float8 * 1000 as ms from notification where id = ${taken.id}`,
    );
    expect(row).toMatchObject({ status, said: expect.stringContaining(said) });
    expect(row?.said).not.toContain("secret");
    if (answer.status === 429) expect(row?.ms).toBeGreaterThan(25_000);
  });
});

describe("a button", () => {
  it("is the yes of the person whom the connection names, and of nobody else", async () => {
    expect(await press({ reason: "looks right" })).toContain("amy, you approved it with your reason.");
    const entries = await loadPromotionEntries(world.pool, "demo", waiting.id);
    expect(entries.findLast((one) => one.kind === "promotion.approved")?.data).toMatchObject({ via: "chat" });
    const [approval] = (await stateOf()).approvals;
    expect(approval).toMatchObject({
      by: { kind: "person", name: "amy" },
      reason: "looks right",
      planHash: waiting.planHash,
    });
  });

  it("pressed twice counts once", async () => {
    await press({});
    expect(await press({})).toContain("you approved this plan already");
    expect(await approvers()).toEqual(["amy"]);
  });

  it("is a no with a reason, and not without one", async () => {
    expect(await press({ action: "reject" })).toContain("say why");
    expect(await stateOf()).toMatchObject({ phase: "waiting" });
    expect(await press({ action: "reject", reason: "not on a Friday" })).toContain("amy, you rejected it");
    expect(await stateOf()).toMatchObject({ phase: "rejected", why: "not on a Friday" });
  });

  it.each<[string, Press]>([
    ["somebody who calls themselves amy", { user: "U0MALLORY", name: "amy" }],
    ["amy's id in another workspace", { team: "T0OTHER00" }],
    ["an address that two people have", { user: "U0TWIN0000" }],
    ["an address that nobody has", { user: "U0GONE0000" }],
  ])("of %s counts for nothing, and they are sent to the page", async (_who, what) => {
    const words = await press(what);
    expect(words).toContain("does not know who you are");
    expect(words).toContain(`/approvals/${waiting.id}?plan=${waiting.planHash}|Open this plan>`);
    expect(await approvers()).toEqual([]);
  });

  it("of somebody without the right counts for nothing", async () => {
    expect(await press({ user: "U0EVE0000" })).toContain("you may not do this");
    expect(await approvers()).toEqual([]);
  });

  it("of somebody whose sessions were revoked counts for nothing", async () => {
    const revoke = (at: string | null) =>
      world.pool.execute(sql`update person set revoked_at = ${at} where email = 'ben@example.com'`);
    await revoke(new Date(Date.now() + 1_000).toISOString());
    expect(await press({ user: "U0BEN0000" })).toContain("does not know who you are");
    await revoke(null);
    expect(await approvers()).toEqual([]);
  });

  it("with the hash of another plan counts for nothing", async () => {
    const words = await press({ planHash: "0".repeat(64) });
    expect(words).toContain("another one now");
    expect(await approvers()).toEqual([]);
  });

  it("under another project's promotion counts for nothing", async () => {
    expect(await press({ promotion: "other-1" })).toContain("It does not exist");
  });

  it("cannot be a fresh sign-in: who must sign in is sent to the page", async () => {
    await apply(", stepUp: 5m");
    waiting = await ask();
    const words = await press({});
    expect(words).toContain("sign in again");
    expect(words).toContain(`/approvals/${waiting.id}?plan=`);
    expect(await approvers()).toEqual([]);
    await apply();
  });

  it("gets its answer at Slack alone", async () => {
    const elsewhere = await startReceiver();
    const answer = await send(signed(bodyOf({ replyTo: `${elsewhere.url}/steal` })));
    expect(answer.status).toBe(200);
    expect(await approvers()).toEqual(["amy"]);
    expect(elsewhere.received).toEqual([]);
    await elsewhere.close();
  });
});

describe("a request that Slack did not sign just now", () => {
  const other = () => bodyOf({}).replace("amy", "ben");
  it.each<[string, () => ReturnType<typeof signed>]>([
    ["with another secret", () => signed(bodyOf({}), { secret: "another" })],
    ["without a signature", () => signed(bodyOf({}), { signature: "" })],
    [
      "with a signature that is cut",
      () => signed(bodyOf({}), { signature: signed(bodyOf({})).init.headers["x-slack-signature"].slice(0, -1) }),
    ],
    ["with a signature of another version", () => signed(bodyOf({}), { signature: `v1=${"0".repeat(64)}` })],
    [
      "with the signature of another body",
      () => ({ ...signed(bodyOf({})), init: { ...signed(bodyOf({})).init, body: other() } }),
    ],
    ["six minutes ago", () => signed(bodyOf({}), { ageSeconds: 360 })],
    ["six minutes from now", () => signed(bodyOf({}), { ageSeconds: -360 })],
    ["for another connection", () => signed(bodyOf({}), { connection: "registry" })],
    ["for no connection", () => signed(bodyOf({}), { connection: "nowhere" })],
  ])("%s is refused, and changes nothing", async (_how, make) => {
    const answer = await send(make());
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toMatch(/signature|timestamp|connection/);
    expect(await approvers()).toEqual([]);
    expect(slack.received).toEqual([]);
  });

  it("sent again is refused, also ten times at once", async () => {
    const request = signed(bodyOf({}));
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(request)));
    const statuses = answers.map((answer) => answer.status).sort();
    expect(statuses).toEqual([200, ...Array.from({ length: 9 }, () => 401)]);
    expect(await approvers()).toEqual(["amy"]);
  });

  it("too large is not read, and another kind of body neither", async () => {
    const large = await send(signed(`payload=${"x".repeat(300_000)}`));
    expect(large.status).toBe(413);
    const json = signed(bodyOf({}));
    json.init.headers["content-type"] = "application/json";
    expect((await send(json)).status).toBe(415);
  });

  it("rightly signed and not understood is left alone", async () => {
    for (const payload of [
      "",
      "{",
      JSON.stringify({ type: "view_submission" }),
      JSON.stringify({ type: "block_actions" }),
    ]) {
      const answer = await send(signed(new URLSearchParams({ payload }).toString()));
      expect(answer.status).toBe(200);
    }
    const odd = bodyOf({}).replace("waybill.approve", "waybill.everything");
    expect((await send(signed(odd))).status).toBe(200);
    expect(await approvers()).toEqual([]);
    expect(slack.received).toEqual([]);
  });
});

describe("enough buttons", () => {
  it("of enough people let it go on", async () => {
    await press({});
    await press({ user: "U0BEN0000" });
    await drive(world.engine, waiting.id, 30_000);
    expect((await stateOf()).phase).not.toBe("waiting");
  });
});
