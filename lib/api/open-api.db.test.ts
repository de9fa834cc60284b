import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { operations } from "@/lib/api/operations";
import type { Problem } from "@/lib/api/problem";
import { setAutomationHold } from "@/lib/api/testing/access-stage";
import { type ApiRoute, dispatch, loadApiRoutes, useWorld } from "@/lib/api/testing/api-server";
import { driftSeen, pushUnannounced, setImageByHand } from "@/lib/api/testing/change-by-hand";
import { document, expectDocumented, expectDocumentedRequest, operationOf } from "@/lib/api/testing/document-check";
import { authConfig } from "@/lib/auth/auth-config";
import type { PersonPrincipal } from "@/lib/auth/principal";
import { sessionCookie } from "@/lib/auth/testing";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { createToken } from "@/lib/commands/create-token";
import { applyCanary, stageRoute } from "@/lib/engine/testing/canary-stage";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import { verifyLines } from "@/lib/ledger/verify";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import type { PromotionView } from "@/lib/queries/api/promotion-view";

type Who = "rita" | "arjun" | "ada" | "noor";

let world: DemoWorld;
let routes: ApiRoute[];
const secrets: Partial<Record<Who, string>> = {};
const seen = new Map<string, Set<number>>();

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
  useWorld(world);
  routes = await loadApiRoutes();
  secrets.rita = await tokenOf(world.people.rita, "demo", "releaseManager");
  secrets.arjun = await tokenOf(world.people.arjun, "demo", "approver");
  secrets.ada = await tokenOf(world.people.ada, "*", "administrator");
  secrets.noor = await tokenOf(world.people.noor, "demo", "administrator");
});
afterAll(() => world?.close());

async function tokenOf(
  person: PersonPrincipal,
  project: string,
  role: "releaseManager" | "approver" | "administrator",
) {
  const input = { project, label: "test", role, environments: null, expiresInDays: 1 };
  return (await createToken(world.pool, person, input, new Date())).secret;
}

interface Sent {
  body?: unknown;
  type?: string;
  key?: string;
  /** By their session, as a person; else by their token. */
  inPerson?: true;
}

/** Asks, holds the answer against the document, answers it with its status. */
async function ask<Body = Problem>(who: Who, method: string, path: string, sent: Sent = {}) {
  const one = operationOf(method, path.split("?")[0] ?? "");
  const type = sent.type ?? "application/json";
  const headers: Record<string, string> = sent.inPerson
    ? { cookie: await sessionCookie(authConfig(), { personId: world.people[who].id }), origin: authConfig().publicUrl }
    : { authorization: `Bearer ${secrets[who]}` };
  if (sent.key !== undefined) headers["idempotency-key"] = sent.key;
  if (sent.body !== undefined) headers["content-type"] = type;
  const body = type === "application/json" && sent.body !== undefined ? JSON.stringify(sent.body) : sent.body;
  const response = await dispatch(
    routes,
    new Request(`http://127.0.0.1/api/v1${path}`, { method, headers, body: body as string | undefined }),
  );
  const answer = (await expectDocumented(one, response)) as Body;
  if (response.status < 300 && sent.body !== undefined) expectDocumentedRequest(one, type, sent.body);
  seen.set(one.id, (seen.get(one.id) ?? new Set()).add(response.status));
  return { status: response.status, body: answer, headers: response.headers };
}

const ended = (id: string) => world.withWorker(() => world.ended(id));
const analyses = (step: string) => (state: PromotionState) =>
  state.phase === "rollingOut" &&
  state.rollouts[0]?.steps?.some((one) => one.step.id === step && one.status === "requested") === true;
let keys = 0;

async function promote(release: string, environment: string) {
  const body = { project: "demo", environment, release };
  return ask<PromotionView>("rita", "POST", "/promotions", { body, key: `key-${++keys}-of-the-test` });
}

async function announced(service: "backend" | "chat", version: string): Promise<string> {
  const digest = await pushUnannounced(world, service, version);
  const body = { project: "demo", version, artifacts: [{ service, image: `demo-${service}@${digest}` }] };
  const { body: release } = await ask<{ key: string }>("rita", "POST", "/releases", { body });
  return release.key;
}

describe("what the API answers is what its document says", () => {
  it("projects and the matrix", async () => {
    const { body } = await ask<{ items: { name: string }[] }>("rita", "GET", "/projects");
    expect(body.items.map((one) => one.name)).toEqual(["demo"]);
    const first = await ask<{ items: { service: string }[]; next: string }>("rita", "GET", "/matrix?limit=1");
    expect(first.body.items.map((one) => one.service)).toEqual(["backend"]);
    const rest = await ask<{ items: { service: string }[]; next: null }>(
      "rita",
      "GET",
      `/matrix?limit=1&cursor=${first.body.next}`,
    );
    expect(rest.body).toMatchObject({ items: [{ service: "chat" }], next: null });
    expect(await ask("rita", "GET", "/matrix?cursor=eyJ9")).toMatchObject({ status: 422 });
  });

  it("signals, of which a project that names none knows what the cluster says", async () => {
    const first = await ask<{ items: object[]; next: string }>("rita", "GET", "/signals?project=demo&limit=3");
    expect(first.body.items[0]).toMatchObject({
      service: "backend",
      environment: "staging",
      restarts: 0,
      unseen: null,
    });
    const rest = await ask<{ items: object[] }>("rita", "GET", `/signals?project=demo&cursor=${first.body.next}`);
    expect(rest.body).toMatchObject({ items: [{ service: "chat", environment: "production" }], next: null });
    expect(await ask("rita", "GET", "/signals?project=demo&cursor=eyJ9")).toMatchObject({ status: 422 });
    const one = await ask<{ places: object[] }>("rita", "GET", "/signals/demo/backend");
    expect(one.body).toMatchObject({ service: "backend", everyMs: null, places: [{ history: { at: [] } }, {}] });
    expect(await ask("rita", "GET", "/signals/demo/nothing")).toMatchObject({ status: 404 });
  });

  it("documents: applied, in a dry run, with errors, from an older version", async () => {
    const text = projectFile(world.sandbox).replace("soak: { in: staging, for: 1s }", "soak: { in: staging, for: 2s }");
    const dry = await ask("ada", "PUT", "/documents?dryRun=true", { body: text, type: "application/yaml" });
    expect(dry.body).toMatchObject({ dryRun: true, versions: { demo: 1 }, secondPerson: [{ project: "demo" }] });
    const own = text.replace("soak: { in: staging, for: 2s }", "soak: { in: staging, for: 1s }").concat("# a remark\n");
    expect(await ask("ada", "PUT", "/documents", { body: { text: own } })).toMatchObject({ status: 200 });
    type Proposing = { proposals: { id: string; fileHash: string }[] };
    const asked = await ask<Proposing>("ada", "PUT", "/documents", { body: { text, basedOn: { demo: 1 } } });
    expect(asked).toMatchObject({ status: 202, body: { dryRun: false, versions: { demo: 1 } } });
    const [proposal] = asked.body.proposals;
    expect(await ask("noor", "GET", "/proposals?project=demo")).toMatchObject({
      body: { items: [{ id: proposal?.id, mayConfirm: true, current: true }] },
    });
    const confirmation = { body: { fileHash: proposal?.fileHash } };
    const path = `/proposals/${proposal?.id}/confirm`;
    expect(await ask("ada", "POST", path, confirmation)).toMatchObject({ status: 403, body: { code: "secondPerson" } });
    expect(await ask("noor", "POST", path, confirmation)).toMatchObject({ status: 200, body: { version: 2 } });
    const looser = text.replace("count: 1", "count: 2");
    const other = await ask<Proposing>("ada", "PUT", "/documents", { body: looser, type: "application/yaml" });
    const no = { body: { why: "one approver is enough" } };
    expect(await ask("noor", "POST", `/proposals/${other.body.proposals[0]?.id}/reject`, no)).toMatchObject({
      body: { project: "demo", version: 2 },
    });
    const stale = await ask("ada", "PUT", "/documents", { body: { text, basedOn: { demo: 1 } } });
    expect(stale).toMatchObject({ status: 409, body: { code: "conflict" } });
    const wrong = text.replace("tag: prod", "tga: prod");
    const errors = await ask("ada", "PUT", "/documents", { body: wrong, type: "application/yaml" });
    expect(errors).toMatchObject({ status: 422, body: { code: "invalidDocuments" } });
    expect(errors.body.issues?.[0]).toMatchObject({ path: expect.stringContaining("tga"), line: expect.any(Number) });
  });

  it("releases: announced, repeated, refused, listed, read", async () => {
    const digest = await pushUnannounced(world, "backend", "v1.1.0");
    const body = { project: "demo", artifacts: [{ service: "backend", image: `demo-backend:v1.1.0@${digest}` }] };
    const first = await ask("rita", "POST", "/releases", { body });
    expect(first).toMatchObject({ status: 201, body: { key: "backend@v1.1.0" } });
    expect(first.headers.get("location")).toBe("/api/v1/releases/demo/backend%40v1.1.0");
    expect(await ask("rita", "POST", "/releases", { body })).toMatchObject({ status: 200 });
    const latest = { project: "demo", artifacts: [{ service: "backend", image: "demo-backend:latest" }] };
    const refused = await ask("rita", "POST", "/releases", { body: latest });
    expect(refused).toMatchObject({ status: 422, body: { code: "mutableTag", type: "/problems/mutableTag" } });
    const gone = { project: "demo", artifacts: [{ service: "backend", image: "demo-backend:v9.9.9" }] };
    expect(await ask("rita", "POST", "/releases", { body: gone })).toMatchObject({ body: { code: "externalError" } });
    await announced("chat", "v1.1.0");
    const page = await ask<{ next: string }>("rita", "GET", "/releases?project=demo&limit=1");
    const next = await ask("rita", "GET", `/releases?project=demo&limit=1&cursor=${page.body.next}`);
    expect(next.body).toMatchObject({ items: [{ key: "backend@v1.1.0" }], next: null });
    const found = await ask("rita", "GET", `/releases?revision=4f1c2d3&service=chat`);
    expect(found.body).toMatchObject({ items: [{ key: "chat@v1.1.0" }] });
    expect(await ask("rita", "GET", `/releases?digest=${digest}`)).toMatchObject({
      body: { items: [{ key: "backend@v1.1.0" }] },
    });
    expect(await ask("rita", "GET", "/releases/demo/backend%40v1.1.0")).toMatchObject({ status: 200 });
    expect(await ask("rita", "GET", "/releases/demo/nothing")).toMatchObject({ status: 404 });
  });

  it("scans: recorded, repeated, refused", async () => {
    const digest = await pushUnannounced(world, "backend", "v1.1.0");
    const report = { SchemaVersion: 2, Results: [{ Class: "os-pkgs", Vulnerabilities: [] }] };
    const body = { project: "demo", digest, report };
    const first = await ask("rita", "POST", "/scans", { body });
    expect(first).toMatchObject({
      status: 201,
      body: { tool: "Trivy", services: ["backend"], counts: { critical: 0 } },
    });
    expect(await ask("rita", "POST", "/scans", { body })).toMatchObject({ status: 200, body: first.body });
    const empty = { ...body, report: { SchemaVersion: 2 } };
    expect(await ask("rita", "POST", "/scans", { body: empty })).toMatchObject({ body: { code: "unreadableReport" } });
    const large = { ...body, report: { runs: "x".repeat(8 * 1024 * 1024) } };
    expect(await ask("rita", "POST", "/scans", { body: large })).toMatchObject({ status: 413 });
  });

  it("plans and promotions: previewed, requested, repeated, in conflict, done, listed", async () => {
    const subject = { project: "demo", environment: "staging", release: "backend@v1.1.0" };
    const preview = await ask<{ planHash: string }>("rita", "POST", "/plans", { body: subject });
    expect(preview.body).toMatchObject({ wouldStart: true, plan: { kind: "promote" } });
    const unknown = await ask("rita", "POST", "/plans", { body: { ...subject, environment: "moon" } });
    expect(unknown).toMatchObject({ status: 422, body: { code: "unknownEnvironment" } });
    expect(await ask("rita", "POST", "/plans", { body: { project: "demo", environment: "staging" } })).toMatchObject({
      status: 422,
    });
    const body = { ...subject, planHash: preview.body.planHash, reason: "it is time" };
    const missing = await ask("rita", "POST", "/promotions", { body });
    expect(missing).toMatchObject({ status: 422, body: { issues: [{ path: "Idempotency-Key" }] } });
    expect(await ask("rita", "POST", "/promotions", { body, key: "4711" })).toMatchObject({
      status: 422,
      body: {
        issues: [{ path: "Idempotency-Key", message: expect.stringMatching(/^is 4 characters long; allowed: /) }],
      },
    });
    const old = { ...body, planHash: "0".repeat(64) };
    expect(await ask("rita", "POST", "/promotions", { body: old, key: "another-key" })).toMatchObject({
      status: 409,
      body: { code: "planChanged" },
    });
    const first = await ask<PromotionView>("rita", "POST", "/promotions", { body, key: "the-first-key" });
    expect(first).toMatchObject({ status: 201, body: { id: "demo-1", reason: "it is time" } });
    expect(first.headers.get("location")).toBe("/api/v1/promotions/demo-1");
    expect(await ask("rita", "POST", "/promotions", { body, key: "the-first-key" })).toMatchObject({
      status: 200,
      body: { id: "demo-1" },
    });
    const other = { ...subject, release: "chat@v1.1.0" };
    expect(await ask("rita", "POST", "/promotions", { body: other, key: "the-first-key" })).toMatchObject({
      status: 409,
      body: { code: "conflict", current: { promotion: "demo-1" } },
    });
    expect((await ended("demo-1")).phase).toBe("succeeded");
    const done = await ask<PromotionView>("arjun", "GET", "/promotions/demo-1");
    expect(done.body).toMatchObject({ phase: "succeeded", ended: true, rollouts: [{ phase: "observed" }] });
    expect(done.body.checks.length).toBeGreaterThan(0);
    await ended((await promote("chat@v1.1.0", "staging")).body.id);
    const page = await ask<{ next: string }>("rita", "GET", "/promotions?limit=1&open=false&phase=succeeded,failed");
    expect(page.body).toMatchObject({ items: [{ id: "demo-2" }] });
    const next = await ask("rita", "GET", `/promotions?limit=1&service=backend&cursor=${page.body.next}`);
    expect(next.body).toMatchObject({ items: [{ id: "demo-1" }], next: null });
    expect(await ask("rita", "GET", "/promotions?phase=asleep")).toMatchObject({ status: 422 });
  });

  it("approvals: refused to the one who asked, for another plan, given, rejected", async () => {
    const waiting = await promote("backend@v1.1.0", "production");
    expect(waiting.body).toMatchObject({ phase: "waiting", verdicts: expect.any(Array) });
    const { id, planHash } = waiting.body;
    const path = `/promotions/${id}/approvals`;
    expect(await ask("arjun", "POST", path, { body: { decision: "approve", planHash: "1".repeat(64) } })).toMatchObject(
      {
        status: 409,
        body: { code: "planChanged" },
      },
    );
    const bare = { decision: "reject", planHash };
    expect(await ask("arjun", "POST", path, { body: bare })).toMatchObject({
      status: 422,
      body: { code: "invalidInput" },
    });
    expect(await ask("ada", "POST", path, { body: { decision: "approve", planHash } })).toMatchObject({
      status: 403,
      body: { code: "notAsked" },
    });
    const signed = await ask<PromotionView>("arjun", "POST", path, { body: { decision: "approve", planHash } });
    expect(signed).toMatchObject({ status: 201 });
    expect(signed.body.approvals).toMatchObject([{ by: { kind: "token", owner: world.people.arjun.id } }]);
    expect((await ended(id)).phase).toBe("succeeded");
    const again = await promote("chat@v1.1.0", "production");
    const no = { decision: "reject", planHash: again.body.planHash, reason: "not on a Friday" };
    const rejected = await ask<PromotionView>("arjun", "POST", `/promotions/${again.body.id}/approvals`, { body: no });
    expect(rejected.body).toMatchObject({ phase: "rejected", why: "not on a Friday", endedBy: { kind: "token" } });
  });

  it("abort, and what has ended", async () => {
    const { id } = (await promote("chat@v1.1.0", "production")).body;
    const aborted = await ask<PromotionView>("rita", "POST", `/promotions/${id}/abort`, {
      body: { reason: "asked too early" },
    });
    expect(aborted.body).toMatchObject({ phase: "aborted", why: "asked too early" });
    expect(await ask("rita", "POST", `/promotions/${id}/abort`, { body: { why: "once more" } })).toMatchObject({
      status: 409,
      body: { code: "ended" },
    });
    const way = `/promotions/${id}/retry`;
    const again = await ask<PromotionView>("rita", "POST", way, { body: {}, key: "once-more-please" });
    expect(again).toMatchObject({ status: 201, body: { planHash: aborted.body.planHash, causedBy: id } });
    expect(await ask("rita", "POST", way, { body: {}, key: "once-more-please" })).toMatchObject({ status: 200 });
    const running = `/promotions/${again.body.id}`;
    expect(await ask("rita", "POST", `${running}/retry`, { body: {}, key: "it-still-waits" })).toMatchObject({
      body: { code: "notRetryable" },
    });
    expect(await ask("rita", "POST", `${running}/abort`, { body: { why: "enough" } })).toMatchObject({ status: 200 });
  });

  it("a promotion at a time: previewed, requested, refused for another time", async () => {
    const body = { project: "demo", environment: "production", release: "chat@v1.1.0" };
    const now = new Date();
    now.setUTCDate(now.getUTCDate() + 7);
    const asked = { ...body, notBefore: now.toISOString() };
    const preview = await ask<{ planHash: string }>("rita", "POST", "/plans", { body: asked });
    const requested = await ask<PromotionView>("rita", "POST", "/promotions", { body: asked, key: "next-week-then" });
    expect(requested).toMatchObject({ status: 201, body: { phase: "waiting", planHash: preview.body.planHash } });
    const past = { ...body, notBefore: "2001-01-01T00:00:00Z" };
    expect(await ask("rita", "POST", "/promotions", { body: past, key: "in-the-past" })).toMatchObject({ status: 409 });
    const way = `/promotions/${requested.body.id}/abort`;
    expect(await ask("rita", "POST", way, { body: { why: "not next week" } })).toMatchObject({ status: 200 });
    expect(await ask("rita", "POST", "/promotions", { body: past, key: "in-the-past" })).toMatchObject({
      status: 422,
      body: { issues: [{ path: "notBefore" }] },
    });
  });

  it("checks: reported, repeated, of what is not there", async () => {
    const digest = await pushUnannounced(world, "chat", "v1.8.0");
    const name = "e2e tests";
    const url = "https://ci.example.com/runs/7";
    const body = { project: "demo", environment: "staging", digest, name, status: "passed", url };
    const early = await ask("rita", "POST", "/checks", { body });
    expect(early).toMatchObject({ status: 422, body: { code: "unknownDigest" } });
    const artifacts = [{ service: "chat", image: `demo-chat@${digest}` }];
    await ask("rita", "POST", "/releases", { body: { project: "demo", version: "v1.8.0", artifacts } });
    expect(await ask("rita", "POST", "/checks", { body })).toMatchObject({ status: 201, body: { name, url } });
    expect(await ask("rita", "POST", "/checks", { body })).toMatchObject({ status: 200, body: { status: "passed" } });
    const bare = { ...body, url: undefined, summary: "40 of 40" };
    expect(await ask("rita", "POST", "/checks", { body: bare })).toMatchObject({ status: 201, body: { url: null } });
    const moon = await ask("rita", "POST", "/checks", { body: { ...body, environment: "moon" } });
    expect(moon).toMatchObject({ status: 422, body: { code: "unknownEnvironment" } });
  });

  it("ticks: given and taken back by a person, refused of a token", async () => {
    const file = projectFile(world.sandbox);
    const checklist = "gates: [{ checklist: { items: [{ text: on-call told, by: [approvers] }, backup made] } }]";
    const guarded = file.replace("tag: staging\n", `tag: staging\n      ${checklist}\n`);
    await applyDocuments(world.engine, world.people.ada, { text: guarded }, { operator: true });
    const waiting = await promote(await announced("backend", "v1.9.0"), "staging");
    const { id, planHash } = waiting.body;
    const path = `/promotions/${id}/ticks`;
    const body = { planHash, gate: 0, item: 0, ticked: true };
    const byToken = await ask("arjun", "POST", path, { body });
    expect(byToken).toMatchObject({ status: 403, body: { code: "personNeeded" } });
    expect(await ask("rita", "POST", path, { body, inPerson: true })).toMatchObject({ body: { code: "notAsked" } });
    const ticked = await ask<PromotionView>("arjun", "POST", path, { body, inPerson: true });
    const by = { kind: "person", id: world.people.arjun.id };
    expect(ticked).toMatchObject({ status: 201, body: { ticks: [{ text: "on-call told", by }] } });
    const again = await ask("arjun", "POST", path, { body, inPerson: true });
    expect(again).toMatchObject({ status: 409, body: { code: "alreadyTicked" } });
    const back = await ask<PromotionView>("arjun", "POST", path, { body: { ...body, ticked: false }, inPerson: true });
    expect(back).toMatchObject({ status: 201, body: { ticks: [] } });
    const none = await ask("arjun", "POST", path, { body: { ...body, item: 2 }, inPerson: true });
    expect(none).toMatchObject({ status: 422, body: { code: "noSuchItem" } });
    await ask("rita", "POST", `/promotions/${id}/abort`, { body: { why: "end of the test" } });
    await applyDocuments(world.engine, world.people.ada, { text: file }, { operator: true });
  });

  it("overrides: asked for, confirmed by a second person, reviewed after the end", async () => {
    const waiting = await promote("chat@v1.1.0", "production");
    const { id, planHash, plan } = waiting.body;
    const gate = plan.gates.findIndex((one) => one.kind === "approval");
    const path = `/promotions/${id}/overrides`;
    const body = { planHash, gate, reason: "the shop is down", incident: "INC-7" };
    const asked = await ask<PromotionView>("ada", "POST", path, { body });
    expect(asked).toMatchObject({ status: 201, body: { overrides: [{ id: 1, needsSecond: true, confirmed: null }] } });
    const hold = plan.gates.findIndex((one) => one.kind === "hold");
    expect(await ask("ada", "POST", path, { body: { ...body, gate: hold } })).toMatchObject({
      status: 403,
      body: { code: "notOverridable" },
    });
    const own = await ask("ada", "POST", `${path}/1/confirm`, { body: { planHash } });
    expect(own).toMatchObject({ status: 403, body: { code: "secondPerson" } });
    const confirmed = await ask<PromotionView>("noor", "POST", `${path}/1/confirm`, { body: { planHash } });
    expect(confirmed).toMatchObject({ status: 200, body: { overrides: [{ confirmed: { by: { kind: "token" } } }] } });
    const words = { words: "the approvers could not be reached" };
    expect(await ask("noor", "POST", `${path}/1/review`, { body: words })).toMatchObject({
      body: { code: "notEnded" },
    });
    expect((await ended(id)).phase).toBe("succeeded");
    const reviewed = await ask<PromotionView>("noor", "POST", `${path}/1/review`, { body: words });
    expect(reviewed).toMatchObject({ status: 200, body: { phase: "succeeded", overrides: [{ review: words }] } });
    expect(await ask("noor", "POST", `${path}/one/review`, { body: words })).toMatchObject({ status: 422 });
  });

  it("rollbacks: previewed, requested, repeated", async () => {
    await ended((await promote(await announced("backend", "v1.2.0"), "staging")).body.id);
    const body = { project: "demo", environment: "staging", services: ["backend"] };
    const preview = await ask("rita", "POST", "/plans", { body });
    expect(preview.body).toMatchObject({ plan: { kind: "rollback", version: "v1.1.0" }, undoes: expect.any(String) });
    const back = await ask<PromotionView>("rita", "POST", "/rollbacks", { body, key: "back-we-go" });
    expect(back).toMatchObject({ status: 201, body: { kind: "rollback" } });
    expect(await ask("rita", "POST", "/rollbacks", { body, key: "back-we-go" })).toMatchObject({ status: 200 });
    expect((await ended(back.body.id)).phase).toBe("succeeded");
  });

  it("holds and blocks: set, listed, lifted, lifted twice", async () => {
    const place = { project: "demo", environment: "staging" };
    expect(await ask("rita", "POST", "/holds", { body: { ...place, reason: "the lift is broken" } })).toMatchObject({
      status: 201,
    });
    expect(await ask("rita", "POST", "/holds", { body: { ...place, reason: "again" } })).toMatchObject({ status: 409 });
    expect(await ask("rita", "GET", "/holds?project=demo")).toMatchObject({
      body: { items: [{ reason: "the lift is broken" }] },
    });
    expect(await ask("rita", "DELETE", "/holds/demo/staging")).toMatchObject({ status: 422 });
    expect(await ask("rita", "DELETE", "/holds/demo/staging?reason=mended")).toMatchObject({ status: 200 });
    expect(await ask("rita", "DELETE", "/holds/demo/staging?why=mended")).toMatchObject({ body: { code: "notHeld" } });
    const all = { project: "demo", reason: "the power is out" };
    expect(await ask("rita", "POST", "/holds", { body: all })).toMatchObject({ status: 201 });
    expect(await ask("rita", "GET", "/holds")).toMatchObject({ body: { items: [{ environment: null }] } });
    expect(await ask("rita", "DELETE", "/holds/demo?why=mended")).toMatchObject({ status: 200 });
    expect(await ask("rita", "DELETE", "/holds/demo?why=mended")).toMatchObject({ body: { code: "notHeld" } });
    const { key } = await world.release("backend", "v1.3.0", "crash");
    const broken = await promote(key, "staging");
    expect((await ended(broken.body.id)).phase).toBe("rolledBack");
    const { body: told } = await ask<PromotionView>("rita", "GET", `/promotions/${broken.body.id}`);
    expect(told).toMatchObject({ cause: { kind: "failed" }, nextStep: expect.any(String) });
    const blocks = await ask<{ items: { id: string }[] }>("rita", "GET", "/blocks?project=demo&service=backend");
    expect(blocks.body.items).toHaveLength(1);
    const lift = { project: "demo", block: blocks.body.items[0]?.id, reason: "it was the weather" };
    expect(await ask("ada", "POST", "/unblocks", { body: lift })).toMatchObject({ status: 200 });
    expect(await ask("ada", "POST", "/unblocks", { body: lift })).toMatchObject({ body: { code: "notBlocked" } });
  });

  it("a digest blocked by hand, and one pinned: set, set twice, lifted", async () => {
    const { digest } = await world.release("backend", "v1.5.0");
    const body = { project: "demo", environment: "staging", service: "backend", digest, reason: "the wrong licence" };
    const blocked = await ask<{ id: string }>("rita", "POST", "/blocks", { body });
    expect(blocked).toMatchObject({ status: 201 });
    expect(await ask("rita", "POST", "/blocks", { body })).toMatchObject({ body: { code: "blocked" } });
    const lift = { project: "demo", block: blocked.body.id, why: "the licence is right" };
    expect(await ask("ada", "POST", "/unblocks", { body: lift })).toMatchObject({ status: 200 });
    expect(await ask("rita", "POST", "/pins", { body })).toMatchObject({ status: 201 });
    expect(await ask("rita", "POST", "/pins", { body })).toMatchObject({ body: { code: "alreadyPinned" } });
    const strange = { ...body, digest: `sha256:${"7".repeat(64)}` };
    expect(await ask("rita", "POST", "/pins", { body: strange })).toMatchObject({ body: { code: "unknownDigest" } });
    expect(await ask("rita", "GET", "/pins?service=backend")).toMatchObject({ body: { items: [{ digest }] } });
    await setAutomationHold({ world });
    expect(await ask("rita", "GET", "/automation-holds")).toMatchObject({ body: { items: [{ service: "chat" }] } });
    const onward = "/automation-holds/demo/production/chat?why=it+is+mended";
    expect(await ask("rita", "DELETE", onward)).toMatchObject({ status: 200 });
    expect(await ask("rita", "DELETE", onward)).toMatchObject({ body: { code: "automationNotHeld" } });
    const way = "/pins/demo/staging/backend?why=the+fair+is+over";
    expect(await ask("rita", "DELETE", way)).toMatchObject({ status: 200 });
    expect(await ask("rita", "DELETE", way)).toMatchObject({ body: { code: "notPinned" } });
  });

  it("several releases at once: requested, repeated, refused together", async () => {
    const releases = [await announced("backend", "v1.6.0"), await announced("chat", "v1.6.0")];
    const body = { project: "demo", environment: "staging", releases };
    const both = await ask<{ items: PromotionView[] }>("rita", "POST", "/promotion-sets", {
      body,
      key: "both-of-them",
    });
    expect(both).toMatchObject({ status: 201, body: { items: [{ release: releases[0] }, { release: releases[1] }] } });
    expect(await ask("rita", "POST", "/promotion-sets", { body, key: "both-of-them" })).toMatchObject({ status: 200 });
    for (const { id } of both.body.items) expect((await ended(id)).phase).toBe("succeeded");
    const twice = { ...body, releases: [...releases, "chat@v1.1.0"] };
    expect(await ask("rita", "POST", "/promotion-sets", { body: twice, key: "chat-is-twice" })).toMatchObject({
      body: { code: "invalidArtifacts" },
    });
  });

  it("drift: adopted, reverted", async () => {
    const place = { project: "demo", environment: "staging", service: "chat" };
    const byHand = await pushUnannounced(world, "chat", "by-hand");
    await setImageByHand(world, "chat", "staging", byHand);
    await driftSeen(world, "chat", "staging", byHand);
    const adopt = { ...place, digest: byHand, why: "a fix in the night" };
    expect(await ask("rita", "POST", "/drift/adopt", { body: adopt })).toMatchObject({ body: { digest: byHand } });
    expect(await ask("rita", "POST", "/drift/adopt", { body: adopt })).toMatchObject({ body: { code: "noDrift" } });
    const other = await pushUnannounced(world, "chat", "by-hand-again");
    await setImageByHand(world, "chat", "staging", other);
    await driftSeen(world, "chat", "staging", other);
    const revert = { ...place, digest: other, why: "nobody asked for this" };
    const back = await ask<PromotionView>("rita", "POST", "/drift/revert", { body: revert });
    expect(back).toMatchObject({ status: 201, body: { kind: "rollback" } });
    expect((await ended(back.body.id)).phase).toBe("succeeded");
  });

  it("a canary: paused, resumed, an analysis skipped, promoted fully", async () => {
    await stageRoute(world, "chat", "httpRoute");
    await applyCanary(world, "chat", {
      route: "httpRoute",
      steps: "[{ weight: 25%, for: 1h }, { weight: 50%, for: 1h }]",
    });
    const { key } = await world.release("chat", "v1.9.0");
    const { id } = (await promote(key, "staging")).body;
    const steer = (who: Who, how: string) =>
      ask<PromotionView>(who, "POST", `/promotions/${id}/${how}`, { body: { why: "to see" } });
    await world.withWorker(() => world.until(id, analyses("analyse:25")));
    const paused = await steer("rita", "pause");
    expect(paused.body.rollouts).toMatchObject([{ phase: "stepping", weight: 25, paused: { why: "to see" } }]);
    expect(await steer("rita", "pause")).toMatchObject({ status: 409, body: { code: "outOfOrder" } });
    expect((await steer("rita", "resume")).body.rollouts).toMatchObject([{ paused: null }]);
    expect((await steer("rita", "skip")).status).toBe(404);
    expect((await steer("noor", "skip")).body.rollouts).toMatchObject([
      { steps: expect.arrayContaining([expect.objectContaining({ id: "analyse:25", status: "skipped" })]) },
    ]);
    await world.withWorker(() => world.until(id, analyses("analyse:50")));
    expect((await steer("noor", "promote-fully")).status).toBe(200);
    expect((await ended(id)).phase).toBe("succeeded");
    const file = projectFile(world.sandbox);
    await applyDocuments(world.engine, world.people.ada, { text: file }, { operator: true });
  });

  it("triggers from outside: reported, reported again, by an Alertmanager, where nothing is in flight", async () => {
    await stageRoute(world, "chat", "httpRoute");
    const rollBackWhen = "[{ webhook: breaker }]";
    await applyCanary(world, "chat", { route: "httpRoute", steps: "[{ weight: 25%, for: 1h }]", rollBackWhen });
    const { key } = await world.release("chat", "v1.9.1");
    const { id } = (await promote(key, "staging")).body;
    await world.withWorker(() => world.until(id, analyses("analyse:25")));
    const place = { project: "demo", environment: "staging", service: "chat", trigger: "breaker" };
    const report = { ...place, id: "breaker-1", happenedAt: world.engine.now(), words: "it is open" };
    const told = { promotions: [{ promotion: id, fired: true }] };
    expect(await ask("rita", "POST", "/triggers", { body: report })).toMatchObject({ status: 201, body: told });
    expect(await ask("rita", "POST", "/triggers", { body: report })).toMatchObject({ status: 200, body: told });
    const other = { ...report, words: "something else" };
    expect(await ask("rita", "POST", "/triggers", { body: other })).toMatchObject({ status: 409 });
    expect((await ended(id)).phase).toBe("rolledBack");
    const next = { ...report, id: "breaker-2" };
    expect(await ask("rita", "POST", "/triggers", { body: next })).toMatchObject({
      status: 409,
      body: { code: "nothingInFlight" },
    });
    const labels = { alertname: "BreakerOpen", service: "chat" };
    const alerts = [{ status: "firing", labels, annotations: {}, startsAt: report.happenedAt, fingerprint: "f" }];
    const heard = await ask("rita", "POST", "/triggers/demo/staging/breaker/alertmanager", {
      body: { version: "4", groupKey: "{}", alerts },
    });
    expect(heard).toMatchObject({ status: 200, body: { heard: [{ service: "chat", promotions: [] }] } });
    const file = projectFile(world.sandbox);
    await applyDocuments(world.engine, world.people.ada, { text: file }, { operator: true });
  });

  it("a stuck promotion: seen, tried again, closed", async () => {
    const { key } = await world.release("backend", "v1.4.0", "unready");
    const { id } = (await promote(key, "staging")).body;
    // A request drives its first steps for a moment only: the worker sees to it that the order is given.
    await world.withWorker(() =>
      world.until(id, (state) => state.phase === "rollingOut" && state.rollouts[0]?.phase === "accepted"),
    );
    await setImageByHand(world, "backend", "staging", await pushUnannounced(world, "backend", "foreign"));
    await world.withWorker(() => world.until(id, (state) => state.phase === "stuck"));
    const stuck = await ask<PromotionView>("rita", "GET", `/promotions/${id}`);
    expect(stuck.body).toMatchObject({ phase: "stuck", ended: false, why: expect.stringContaining("backend") });
    const evidence = await ask<{ items: unknown[] }>("rita", "GET", `/promotions/${id}/evidence`);
    expect(evidence).toMatchObject({ status: 200, body: { items: expect.any(Array) } });
    const logs = await ask<{ items: unknown[] }>("rita", "GET", `/promotions/${id}/job-logs`);
    expect(logs).toMatchObject({ status: 200, body: { items: [] } });
    const retried = await ask("rita", "POST", `/promotions/${id}/settle`, { body: { how: "retry" } });
    expect(retried).toMatchObject({ status: 200 });
    await world.withWorker(() => world.until(id, (state) => state.phase === "stuck"));
    const close = { how: "close", reason: "the newer one stays" };
    const closed = await ask("rita", "POST", `/promotions/${id}/settle`, { body: close });
    expect(closed.body).toMatchObject({ phase: "failed", ended: true });
    expect(await ask("rita", "POST", `/promotions/${id}/settle`, { body: close })).toMatchObject({ status: 409 });
  });

  it("the ledger: paged, exported whole, its head", async () => {
    const first = await ask<{ items: unknown[]; next: number }>("arjun", "GET", "/ledger/demo?limit=2");
    expect(first.body).toMatchObject({ items: [{ seq: 1 }, { seq: 2 }], next: 2 });
    expect((await ask<{ items: unknown[] }>("arjun", "GET", "/ledger/demo?after=2&limit=1")).body.items).toMatchObject([
      { seq: 3 },
    ]);
    const head = await ask<{ seq: number; hash: string }>("arjun", "GET", "/ledger/demo/head");
    const { body: text } = await ask<string>("arjun", "GET", "/ledger/demo/export");
    expect(await verifyLines(text.split("\n").filter(Boolean), { head: head.body })).toMatchObject({
      kind: "intact",
      entries: head.body.seq,
    });
    expect(await ask("arjun", "GET", "/ledger/@instance")).toMatchObject({ status: 404 });
    expect(await ask("ada", "GET", "/ledger/@instance")).toMatchObject({ status: 200 });
    expect(await ask("arjun", "GET", "/ledger/nothing/export")).toMatchObject({ status: 404 });
  });

  it("tokens: made, listed, revoked", async () => {
    const body = { project: "demo", label: "CI", role: "releaseManager", environments: ["staging"], expiresInDays: 30 };
    const made = await ask<{ id: string; secret: string }>("rita", "POST", "/tokens", { body });
    expect(made.body.secret).toMatch(/^wb_/);
    const listed = await ask<{ items: { id: string }[] }>("rita", "GET", "/tokens?project=demo");
    expect(listed.body.items.map((one) => one.id)).toContain(made.body.id);
    expect(JSON.stringify(listed.body)).not.toContain(made.body.secret);
    expect(await ask("rita", "DELETE", `/tokens/${made.body.id}`)).toMatchObject({ status: 204 });
    expect(await ask("rita", "POST", "/tokens", { body: { ...body, environments: ["moon"] } })).toMatchObject({
      status: 422,
    });
  });

  it("backtests: a file's gates over all of the above, with errors, with a wrong question", async () => {
    const strict = projectFile(world.sandbox).replace("count: 1", "count: 9").replace("for: 1s", "for: 30d");
    const asked = { body: strict, type: "application/yaml" };
    const found = await ask("noor", "POST", "/backtests?project=demo&since=1d&limit=50", asked);
    expect(found).toMatchObject({
      status: 200,
      body: { project: "demo", scope: "changed", environments: ["production"] },
    });
    expect(await ask("noor", "POST", "/backtests", { body: { text: strict } })).toMatchObject({ status: 200 });
    const wrong = { body: { text: strict.replace("tag: prod", "tga: prod") } };
    expect(await ask("noor", "POST", "/backtests", wrong)).toMatchObject({
      status: 422,
      body: { code: "invalidDocuments" },
    });
    const issues = [{ path: "environment", message: "must be one of staging, production" }];
    expect(await ask("noor", "POST", "/backtests?environment=prod", asked)).toMatchObject({
      status: 422,
      body: { issues },
    });
    expect(await ask("rita", "POST", "/backtests", asked)).toMatchObject({ status: 404 });
  });

  it("verifying again what runs: asked for, listed, and not twice at once", async () => {
    const place = { project: "demo", environment: "production", service: "chat" };
    const asked = await ask<{ id: string }>("rita", "POST", "/reverifications", { body: place });
    expect(asked).toMatchObject({ status: 201 });
    const again = await ask("rita", "POST", "/reverifications", { body: place });
    expect(again).toMatchObject({ status: 409, body: { code: "underWay" } });
    const listed = await ask<{ items: { id: string }[] }>("arjun", "GET", "/reverifications?service=chat");
    expect(listed.body.items).toMatchObject([{ id: asked.body.id, status: "due" }]);
    const logs = await ask("arjun", "GET", `/reverifications/${asked.body.id}/job-logs`);
    expect(logs).toMatchObject({ status: 200, body: { items: [] } });
    expect(await ask("arjun", "POST", "/reverifications", { body: place })).toMatchObject({ status: 404 });
  });

  it("people: listed, revoked, restored", async () => {
    const { vera } = world.people;
    const listed = await ask<{ items: { id: string; revoked: unknown }[] }>("ada", "GET", "/people");
    expect(listed.body.items.find((one) => one.id === vera.id)?.revoked).toBeNull();
    const why = { person: vera.id, why: "came back" };
    const left = { person: vera.id, reason: "left" };
    expect(await ask("ada", "POST", "/people/restore", { body: why })).toMatchObject({ status: 409 });
    expect(await ask("ada", "POST", "/people/revoke", { body: left })).toMatchObject({ status: 200 });
    const after = await ask<{ items: { id: string }[] }>("ada", "GET", "/people");
    expect(after.body.items[0]).toMatchObject({ id: vera.id, revoked: { reason: "left" } });
    expect(await ask("ada", "POST", "/people/restore", { body: why })).toMatchObject({ status: 200 });
    expect(await ask("rita", "GET", "/people")).toMatchObject({ status: 404 });
  });

  it("every operation was seen to succeed", () => {
    const without = operations.filter((one) => ![...(seen.get(one.id) ?? [])].some((status) => status < 300));
    expect(without.map((one) => one.id)).toEqual([]);
  });
});

describe("the document", () => {
  it("has every route, and every operation has a route", () => {
    const routed = routes
      .filter((route) => route.template !== "/openapi.json" && !route.template.includes("{..."))
      .flatMap((route) => Object.keys(route.methods).map((method) => `${method.toLowerCase()} ${route.template}`));
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(documented.sort()).toEqual(routed.sort());
  });

  it("is served to everybody", async () => {
    const response = await dispatch(routes, new Request("http://127.0.0.1/api/v1/openapi.json"));
    expect(await response.json()).toEqual(document);
    expect(document.openapi).toMatch(/^3[.]1[.]/);
  });
});

describe("what is not a request of the API", () => {
  const send = (init: RequestInit & { path?: string }) =>
    dispatch(
      routes,
      new Request(`http://127.0.0.1/api/v1${init.path ?? "/plans"}`, {
        method: "POST",
        ...init,
        headers: { authorization: `Bearer ${secrets.rita}`, "content-type": "application/json", ...init.headers },
      }),
    );

  it.each([
    ["no JSON", { body: "{" }, 400, "malformedBody"],
    ["nothing", { body: "" }, 400, "malformedBody"],
    ["not UTF-8", { body: new Uint8Array([0x22, 0xff, 0x22]) }, 400, "malformedBody"],
    [
      "a form",
      { body: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" } },
      415,
      "unsupportedMediaType",
    ],
    [
      "another charset",
      { body: "{}", headers: { "content-type": "application/json; charset=latin1" } },
      415,
      "unsupportedMediaType",
    ],
    ["too much", { body: `"${"x".repeat(70_000)}"` }, 413, "payloadTooLarge"],
    [
      "a field that is not known",
      { body: JSON.stringify({ project: "demo", environment: "staging", release: "x", y: 1 }) },
      422,
      "invalidInput",
    ],
    ["a list", { body: "[]" }, 422, "invalidInput"],
    ["no address of the API", { path: "/nothing/here", body: "{}" }, 404, "notAvailable"],
    [
      "a foreign token",
      { body: "{}", headers: { authorization: `Bearer wb_${"A".repeat(43)}` } },
      401,
      "unauthenticated",
    ],
  ])("%s", async (_what, init, status, code) => {
    const response = await send(init as RequestInit);
    expect(await response.json()).toMatchObject({ status, code, type: `/problems/${code}` });
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(response.headers.get("www-authenticate")).toBe(status === 401 ? 'Bearer realm="Waybill"' : null);
  });

  it("an endless body is not read to its end", async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(16_384));
      },
    });
    const response = await send({ body: endless, duplex: "half" } as RequestInit);
    expect(response.status).toBe(413);
    expect(pulled).toBeLessThan(10);
  });

  it("a query parameter that is not known, or is given twice", async () => {
    const get = (path: string) => send({ path, method: "GET", body: undefined });
    expect(await (await get("/projects?all=1")).json()).toMatchObject({ issues: [{ path: "all" }] });
    expect(await (await get("/matrix?project=demo&project=demo")).json()).toMatchObject({
      issues: [{ path: "project" }],
    });
    expect((await get("/releases/demo/%E0%A4%A")).status).toBe(404);
  });

  it("an error that nobody foresaw: a reference, and nothing of its message", async () => {
    const held = globalThis as typeof globalThis & { waybillEngine?: unknown };
    const { waybillEngine } = held;
    held.waybillEngine = new Proxy(
      {},
      {
        get: () => {
          throw new Error("password=hunter2");
        },
      },
    );
    try {
      const body = JSON.stringify({ project: "demo", environment: "staging", release: "x" });
      const response = await send({ body });
      const text = await response.text();
      expect(JSON.parse(text)).toMatchObject({ status: 500, code: "internal", reference: expect.any(String) });
      expect(text).not.toContain("hunter2");
    } finally {
      held.waybillEngine = waybillEngine;
    }
  });
});
