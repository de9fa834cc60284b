import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ran, runHere } from "@/cli/testing/run";
import { type ApiServer, loadApiRoutes, serveApi, useWorld } from "@/lib/api/testing/api-server";
import { pushUnannounced } from "@/lib/api/testing/change-by-hand";
import type { PersonPrincipal } from "@/lib/auth/principal";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { createToken } from "@/lib/commands/create-token";
import { tick } from "@/lib/commands/tick";
import { sql } from "@/lib/db/sql";
import { takeDueReverification } from "@/lib/engine/reverify/due-reverification";
import { runReverification } from "@/lib/engine/reverify/run-reverification";
import { untilCell } from "@/lib/engine/testing/cells";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";

let world: DemoWorld;
let server: ApiServer;
let folder: string;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  world = await createDemoWorld();
  useWorld(world);
  server = await serveApi(await loadApiRoutes());
  folder = await mkdtemp(path.join(tmpdir(), "waybill-cli-"));
  tokens.rita = await tokenOf(world.people.rita, "demo", "releaseManager");
  tokens.arjun = await tokenOf(world.people.arjun, "demo", "approver");
  tokens.ada = await tokenOf(world.people.ada, "*", "administrator");
  tokens.noor = await tokenOf(world.people.noor, "demo", "administrator");
});
afterAll(async () => {
  await server?.close();
  await world?.close();
  await rm(folder, { recursive: true, force: true });
});

async function tokenOf(
  person: PersonPrincipal,
  project: string,
  role: "releaseManager" | "approver" | "administrator",
) {
  const input = { project, label: "test", role, environments: null, expiresInDays: 1 };
  return (await createToken(world.pool, person, input, new Date())).secret;
}

/** `rita("promote", …)`: runs the command with her token against the server. */
const as =
  (who: string) =>
  (...args: string[]): Promise<Ran> =>
    runHere(args, { WAYBILL_URL: server.url, WAYBILL_TOKEN: tokens[who] }, { folder });
const rita = as("rita");
const arjun = as("arjun");
const ada = as("ada");
const noor = as("noor");

async function announced(version: string): Promise<string> {
  const digest = await pushUnannounced(world, "backend", version);
  const said = await rita("announce", "demo", `backend=demo-backend@${digest}`, "--version", version);
  expect(said).toMatchObject({ code: 0, err: "" });
  expect(said.out).toContain(digest);
  return `backend@${version}`;
}

describe("from a build to production and back, as a CI job does it", () => {
  it("applies a file: shows errors with their places, a dry run, the change", async () => {
    const text = projectFile(world.sandbox, { soak: "2s" });
    await writeFile(path.join(folder, "waybill.yaml"), text);
    await writeFile(path.join(folder, "wrong.yaml"), text.replace("tag: prod", "tga: prod"));
    const wrong = await ada("apply", "-f", "wrong.yaml");
    expect(wrong.code).toBe(1);
    expect(wrong.err).toMatch(/^invalidDocuments: .*\n {2}\d+:\d+: .*tga/);
    await writeFile(path.join(folder, "wrong.yaml"), text.replace(/count: \d+/, "count: 0"));
    // The place, the value and what is allowed, as docs/project-file.md writes it.
    expect((await ada("apply", "-f", "wrong.yaml")).err).toMatch(
      /\n {2}\d+:\d+: spec\.environments\[1\]\.gates\[\d\]\.approval\.count \(0\) is below 1; allowed: a whole number of people/,
    );
    expect(await ada("apply", "-f", "missing.yaml")).toMatchObject({
      code: 2,
      err: "missing.yaml cannot be read (ENOENT)\n",
    });
    const dry = await ada("apply", "-f", "waybill.yaml", "--dry-run");
    expect(dry).toMatchObject({ code: 0, err: "" });
    expect(dry.out).toContain('gates[soak].for: "1s" → "2s"');
    expect(dry.out).toContain("nothing was applied");
    expect(dry.out).toContain("demo: another administrator would have to confirm it");
    const proposed = await ada("apply", "-f", "waybill.yaml");
    expect(proposed.code).toBe(3);
    const [, id = "", hash = ""] = /waybill proposal confirm (\S+) --hash ([0-9a-f]{64})/.exec(proposed.out) ?? [];
    expect((await noor("proposal", "list")).out).toContain(`hash ${hash}`);
    expect(await ada("proposal", "confirm", id, "--hash", hash)).toMatchObject({ code: 1, out: "" });
    expect(await noor("proposal", "confirm", id, "--hash", hash)).toMatchObject({
      code: 0,
      out: "version 2 of demo is applied\n",
    });
    expect((await noor("proposal", "list")).out).toBe("nothing is proposed\n");
    await writeFile(path.join(folder, "other.yaml"), text.replace("count: 1", "count: 2"));
    const [, other = ""] = /proposed as (\S+)/.exec((await ada("apply", "-f", "other.yaml")).out) ?? [];
    expect((await noor("proposal", "reject", other, "--reason", "one is enough")).out).toContain(
      "version 2 of demo stays",
    );
    expect((await ada("apply", "-f", "waybill.yaml")).out).toBe("nothing changes\n");
    expect(await rita("apply", "-f", "waybill.yaml")).toMatchObject({ code: 1, out: "" });
  });

  it("announces, once and again, and says why a moving tag is refused", async () => {
    const key = await announced("v1.1.0");
    const digest = await pushUnannounced(world, "backend", "v1.1.0");
    const again = await rita("announce", "demo", `backend=demo-backend@${digest}`, "--version", "v1.1.0", "--json");
    expect(JSON.parse(again.out)).toMatchObject({ key, artifacts: [{ service: "backend", digest }] });
    const moving = await rita("announce", "demo", "backend=demo-backend:latest");
    expect(moving).toMatchObject({ code: 1, out: "" });
    expect(moving.err).toMatch(/^mutableTag: /);
    expect((await rita("announce", "demo", "backend")).code).toBe(2);
  });

  it("attaches a scan, once and again, and says why a report is of no use", async () => {
    const digest = await pushUnannounced(world, "backend", "v1.1.0");
    const found = [{ VulnerabilityID: "CVE-1", Severity: "HIGH" }];
    const report = { SchemaVersion: 2, Results: [{ Class: "os-pkgs", Vulnerabilities: found }] };
    await writeFile(path.join(folder, "scan.json"), JSON.stringify(report));
    await writeFile(path.join(folder, "empty.json"), '{"SchemaVersion":2}');
    const upload = (file: string) => rita("scan", "upload", file, "--project", "demo", "--digest", digest);
    const first = await upload("scan.json");
    expect(first).toMatchObject({ code: 0, err: "" });
    expect(first.out).toMatch(/ recorded\n {2}Trivy: 0 critical, 1 high, 0 medium, 0 low, 0 unrated/);
    expect((await upload("scan.json")).out).toContain("was recorded before");
    expect(await upload("empty.json")).toMatchObject({ code: 1, err: expect.stringMatching(/^unreadableReport: /) });
    expect((await upload("waybill.yaml")).code).toBe(2);
    expect((await upload("nowhere.json")).code).toBe(2);
    expect((await rita("scan", "upload", "scan.json", "--project", "demo")).code).toBe(2);
  });

  it("promotes to staging and waits: each phase once, then 0", async () => {
    const done = await rita(
      "promote",
      "demo",
      "backend@v1.1.0",
      "--to",
      "staging",
      "--wait",
      "--idempotency-key",
      "job-1-staging",
    );
    expect(done).toMatchObject({ code: 0, err: "" });
    const phases = done.out.split("\n").filter((line) => line.startsWith("demo-1  "));
    expect(phases.at(-1)).toBe("demo-1  succeeded");
    expect(new Set(phases).size).toBe(phases.length);
    const again = await rita(
      "promote",
      "demo",
      "backend@v1.1.0",
      "--to",
      "staging",
      "--idempotency-key",
      "job-1-staging",
    );
    expect(again).toMatchObject({ code: 0 });
    expect(again.out).toContain("as requested before");
    const other = await rita(
      "promote",
      "demo",
      "backend@v1.1.0",
      "--to",
      "production",
      "--idempotency-key",
      "job-1-staging",
    );
    expect(other.code).toBe(1);
    expect(other.err).toMatch(/^conflict: .*demo-1/);
  });

  it("waits for production: says for whom, exits with 3; a second person approves, and --wait goes on to the end", async () => {
    const preview = await rita("plan", "demo", "backend@v1.1.0", "--to", "production");
    expect(preview.code).toBe(3);
    expect(preview.out).toMatch(/wait\s+approval/);
    expect(preview.out).toContain("it would wait");
    const asked = await rita("promote", "demo", "backend@v1.1.0", "--to", "production", "--reason", "the fair begins");
    expect(asked.code).toBe(3);
    expect(asked.out).toContain("who can act: ");
    expect(asked.out).toContain("approvers");
    const impatient = await rita(
      "promote",
      "demo",
      "backend@v1.1.0",
      "--to",
      "production",
      "--wait",
      "--timeout",
      "1s",
    );
    expect(impatient).toMatchObject({ code: 3 });
    expect(impatient.err).toContain("goes on without us");
    const own = await rita("approve", "demo-2");
    expect(own.code).toBe(1);
    const waiting = rita("promote", "demo", "backend@v1.1.0", "--to", "production", "--wait");
    const old = await arjun("approve", "demo-2", "--plan", "0".repeat(64));
    expect(old.err).toMatch(/^planChanged: /);
    const yes = await arjun("approve", "demo-2", "--reason", "looks right");
    expect(yes).toMatchObject({ code: 0, err: "" });
    expect(yes.out).toMatch(/^backend@v1.1.0 to production, plan [0-9a-f]{64}\n/);
    const done = await waiting;
    expect(done.code).toBe(0);
    expect(done.out).toContain("demo-2  succeeded");
    const shown = await arjun("promotion", "demo-2");
    expect(shown.out).toContain("the fair begins");
    expect(shown.out).toContain("Approvals\n  test (token) at ");
  });

  it("exits with 4 where the release goes back by itself, and says why and what next", async () => {
    const { key } = await world.release("backend", "v1.2.0", "crash");
    const back = await rita("promote", "demo", key, "--to", "staging", "--wait");
    expect(back.code).toBe(4);
    expect(back.out).toMatch(/demo-3 {2}rolled back \(failed\): .*CrashLoopBackOff/);
    expect(back.out).toContain("announce the new digest");
    const blocked = await rita("promote", "demo", key, "--to", "staging", "--wait");
    expect(blocked).toMatchObject({ code: 1, out: "" });
    expect(blocked.err).toMatch(/^gateClosed: /);
    expect((await rita("plan", "demo", key, "--to", "staging")).code).toBe(1);
  });

  it("says what a changed file would have done to all of that", async () => {
    const strict = projectFile(world.sandbox, { soak: "2s" })
      .replace("tag: staging", "tag: staging\n      gates: [{ image: { labels: [never.there] } }]")
      .replace("count: 1", "count: 2");
    await writeFile(path.join(folder, "strict.yaml"), strict);
    const told = await noor("policy", "backtest", "-f", "strict.yaml", "--since", "1d");
    expect(told).toMatchObject({ code: 0, err: "" });
    expect(told.out).toContain(
      "It would have blocked 2 of 3 promotions: 1 of the 1 that was rolled back or failed, 1 of the 2 that succeeded.\n" +
        "It would have made 1 wait: 0 of the 1 that was rolled back or failed, 1 of the 2 that succeeded.\n",
    );
    expect(told.out).toMatch(/staging +image +labels never\.there +2 fails\n/);
    expect(told.out).toContain("demo-3 backend@v1.2.0 to staging: would have been blocked; it went wrong");
    expect(told.out).toContain("    approval: 1 of 2 given for this plan");
    const production = await noor("policy", "backtest", "-f", "strict.yaml", "--environment", "production", "--json");
    expect(JSON.parse(production.out)).toMatchObject({ promotions: { total: 1, blocked: 0, waited: 1 }, limit: 500 });
    expect(await rita("policy", "backtest", "-f", "strict.yaml")).toMatchObject({ code: 1, out: "" });
    const wrong = await noor("policy", "backtest", "-f", "strict.yaml", "--since", "long");
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining("since") });
    expect((await noor("policy", "backtest")).code).toBe(2);
  });

  it("rolls back, and answers JSON where it is asked to while progress goes to standard error", async () => {
    await rita("promote", "demo", await announced("v1.3.0"), "--to", "staging", "--wait");
    const back = await rita("rollback", "demo", "backend", "--in", "staging", "--wait", "--json");
    expect(back.code).toBe(0);
    expect(JSON.parse(back.out)).toMatchObject({ kind: "rollback", phase: "succeeded", version: "v1.1.0" });
    expect(back.err).toContain("succeeded");
    const none = await rita("rollback", "demo", "chat", "--in", "staging");
    expect(none.err).toMatch(/^nothingToGoBackTo: /);
  });

  it("reports a trigger, and says why nothing goes back", async () => {
    const place = ["--project", "demo", "--environment", "staging", "--id", "breaker-1", "--words", "it is open"];
    const told = await arjun("trigger", "fire", "breaker", ...place);
    expect(told).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^nothingInFlight: nothing is in flight in demo\/staging/),
    });
    expect(await arjun("trigger", "fire", "breaker", "--promotion", "demo-1", ...place.slice(4))).toMatchObject({
      err: expect.stringMatching(/^ended: demo-1 has ended/),
    });
    expect((await arjun("trigger", "fire", "breaker")).code).toBe(2);
  });

  it("verifies again what runs, and says what each check found", async () => {
    const said = rita("verify", "demo", "backend", "--in", "staging");
    const due = async () => (await takeDueReverification(world.engine)) ?? undefined;
    let taken = await due();
    while (!taken) taken = await due();
    await runReverification(world.engine, taken);
    const { code, out } = await said;
    expect(out).toMatch(/^good: backend runs .*2 of 2 pods run it.*\n[\s\S]*passed\n$/);
    expect(code).toBe(0);
    expect((await arjun("verify", "demo", "backend", "--in", "staging")).err).toMatch(/^notAvailable: /);
    expect((await rita("verify", "demo", "backend")).code).toBe(2);
  });

  it("lists people, revokes one and restores them", async () => {
    expect((await ada("person", "list")).out).toMatch(/waybill:demo#vera +Vera Lindqvist/);
    const why = ["--reason", "left the company"];
    expect(await ada("person", "revoke", "VERA@demo.waybill.dev", ...why)).toMatchObject({
      code: 0,
      out: "revoked, with 0 tokens\n",
    });
    expect((await ada("person", "list")).out).toMatch(/waybill:demo#vera .*left the company/);
    expect((await ada("person", "revoke", "waybill:demo#vera", ...why)).err).toMatch(/^alreadyRevoked: /);
    expect((await ada("person", "restore", "vera@demo.waybill.dev", ...why)).out).toBe("restored\n");
    expect((await ada("person", "revoke", "nobody@example.com", ...why)).code).toBe(2);
    expect((await rita("person", "list")).err).toMatch(/^notAvailable: /);
  });

  it("says of each signal its number, or why there is none", async () => {
    const told = await rita("signals", "demo", "backend", "--in", "staging");
    expect(told).toMatchObject({ code: 0, err: "" });
    expect(told.out).toMatch(/^backend in staging\n {2}rate +unknown +no query named\n/);
    expect(told.out).toMatch(/\n {2}restarts +0 +\d of \d ready\n/);
    const { places } = JSON.parse((await rita("signals", "demo", "--json")).out);
    expect(places).toHaveLength(4);
    expect((await rita("signals", "nothing")).code).toBe(1);
  });

  it("shows what runs where, and holds", async () => {
    expect((await rita("hold", "demo", "production", "--reason", "the fair")).out).toBe("production is held\n");
    await rita("promote", "demo", "backend@v1.3.0", "--to", "production");
    for (const environment of ["staging", "production"])
      await untilCell(world, "backend", environment, (one) => one.health === "healthy" && one.observed === one.wanted);
    const status = await rita("status", "demo");
    expect(status).toMatchObject({ code: 0, err: "" });
    expect(status.out).toMatch(
      /^demo\n +staging +production\n {2}backend {2}v1.1.0 healthy +v1.1.0 healthy \(demo-\d+\)\n/,
    );
    expect(status.out).toContain("held: production, by test (token): the fair\n");
    expect(status.out).toMatch(/demo-\d+ {2}backend@v1.3.0 to production {2}waiting {2}by test \(token\)\n/);
    const data = JSON.parse((await rita("status", "--json")).out);
    expect(data).toMatchObject({ rows: [{ service: "backend" }, { service: "chat" }], holds: [{}], promotions: [{}] });
    const { id } = data.promotions[0];
    expect((await rita("abort", id)).code).toBe(2);
    expect((await rita("abort", id, "--reason", "not today")).out).toContain("not today");
    expect((await arjun("reject", id, "--reason", "too late")).code).toBe(1);
    expect((await rita("release-hold", "demo", "production", "--reason", "it is over")).code).toBe(0);
    expect((await rita("release-hold", "demo", "production", "--reason", "it is over")).err).toMatch(/^notHeld: /);
    expect((await rita("status", "nothing")).code).toBe(1);
  });

  it("names the blocks that stand, each with what lifts it", async () => {
    const { digest } = await world.release("backend", "v1.9.0");
    expect((await rita("block", "demo", "staging", "backend", digest, "--reason", "leaks")).code).toBe(0);
    const line =
      /blocked: backend [0-9a-f]{4}…[0-9a-f]{4} in staging: leaks \(waybill unblock demo (\S+) --reason …\)\n/;
    const [, id] = (await rita("status", "demo")).out.match(line) ?? [];
    expect((await arjun("unblock", "demo", id ?? "", "--reason", "it does not")).code).toBe(0);
    expect((await rita("status", "demo")).out).not.toMatch(line);
  });

  it("lets a closed gate pass by two people, and has it reviewed", async () => {
    const key = await announced("v1.7.0");
    expect((await rita("promote", "demo", key, "--to", "staging", "--wait")).code).toBe(0);
    const asked = await rita("promote", "demo", key, "--to", "production");
    const [id = ""] = /demo-[0-9]+/.exec(asked.out) ?? [];
    const said = ["--reason", "the shop is down", "--incident", "INC-7"];
    expect(await rita("override", "gate", id, "--gate", "approval", ...said)).toMatchObject({ code: 1, out: "" });
    expect((await ada("override", "gate", id, "--gate", "moon", ...said)).code).toBe(2);
    const one = await ada("override", "gate", id, "--gate", "approval", ...said);
    expect(one.out).toContain("override 1 of approval: waits for a second person");
    expect((await ada("override", "confirm", id, "1")).code).toBe(1);
    expect((await noor("override", "confirm", id, "1")).out).toContain("override 1 of approval: in force");
    await world.ended(id);
    const reviewed = await noor("override", "review", id, "1", "--words", "nobody of the approvers was there");
    expect(reviewed.out).toContain("override 1 of approval: reviewed");
  });
});

describe("the ledger", () => {
  it("is exported, verified offline, and found out when one byte is changed", async () => {
    const head = (await arjun("ledger", "head", "demo")).out.trim();
    const exported = await arjun("ledger", "export", "demo", "-o", "demo.jsonl");
    expect(exported).toMatchObject({ code: 0, err: "" });
    const offline = (...args: string[]) => runHere(["ledger", "verify", ...args], {}, { folder });
    expect((await offline("demo.jsonl", "--head", head)).code).toBe(0);
    const text = await readFile(path.join(folder, "demo.jsonl"), "utf8");
    expect((await arjun("ledger", "export", "demo")).out).toBe(text);
    await writeFile(path.join(folder, "edited.jsonl"), text.replace("the fair begins", "the fair ended!"));
    const edited = await offline("edited.jsonl", "--json");
    expect(edited.code).toBe(1);
    expect(JSON.parse(edited.out)).toMatchObject({ ok: false, exitCode: 1 });
    expect((await offline("none.jsonl")).code).toBe(2);
    expect((await offline("demo.jsonl", "--head", "x")).code).toBe(2);
  });

  it("is replayed on the machine, with the database", async () => {
    const env = { DATABASE_URL: world.database.url };
    const replayed = await runHere(["ledger", "replay", "demo", "--check"], env);
    expect(replayed).toMatchObject({ code: 0 });
    expect(replayed.out).toContain("the stored state is what the ledger says");
    expect((await runHere(["ledger", "replay", "demo"], env)).code).toBe(2);
    expect((await runHere(["ledger", "replay", "none", "--check"], env)).code).toBe(1);
    await world.pool.execute(sql`update promotion set phase = 'failed' where id = 'demo-1'`);
    const wrong = await runHere(["ledger", "replay", "demo", "--check", "--json"], env);
    await world.pool.execute(sql`update promotion set phase = 'succeeded' where id = 'demo-1'`);
    expect(wrong.code).toBe(1);
    expect(JSON.parse(wrong.out).differences).toMatchObject([{ what: "promotion", subject: "demo-1" }]);
  });
});

describe("tokens", () => {
  it("the first one is made on the machine for somebody who has signed in, found through the running installation", async () => {
    const note = { databaseUrl: world.database.url, url: server.url };
    await writeFile(path.join(folder, "running.json"), JSON.stringify(note));
    const env = { WAYBILL_HOME: folder };
    const create = (...args: string[]) => runHere(["token", "create", "--local", ...args], env);
    const ofRita = ["--person", "Rita@demo.waybill.dev", "--project", "demo"];
    const made = await create(...ofRita, "--role", "releaseManager", "--label", "CI");
    expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^wb_[A-Za-z0-9_-]{43}\n$/) });
    expect(made.err).toContain("CI (on the machine)");
    const status = await runHere(["status"], { WAYBILL_URL: server.url, WAYBILL_TOKEN: made.out.trim() });
    expect(status.code).toBe(0);
    expect(await create(...ofRita, "--role", "administrator")).toMatchObject({ code: 1, out: "" });
    expect((await create(...ofRita, "--role", "emperor")).code).toBe(2);
    expect((await create("--person", "nobody@example.org", "--project", "demo", "--role", "viewer")).err).toContain(
      "sign in once",
    );
    expect((await create("--project", "demo", "--role", "viewer")).err).toContain("--person is missing");
    expect(
      await runHere(["token", "create", "--local", ...ofRita, "--role", "viewer"], { WAYBILL_HOME: `${folder}/none` }),
    ).toMatchObject({ code: 5, out: "" });
  });

  it("the next ones by the API: made, listed, revoked", async () => {
    const made = await rita(
      "token",
      "create",
      "--project",
      "demo",
      "--role",
      "releaseManager",
      "--environment",
      "staging",
      "--days",
      "7",
      "--json",
    );
    const { id, secret } = JSON.parse(made.out);
    const listed = await rita("token", "list", "demo");
    expect(listed.out).toMatch(new RegExp(`${id} .*releaseManager staging`));
    expect(listed.out).not.toContain(secret);
    expect((await rita("token", "revoke", id)).out).toBe("revoked\n");
    expect(await runHere(["status"], { WAYBILL_URL: server.url, WAYBILL_TOKEN: secret })).toMatchObject({
      code: 5,
      out: "",
    });
  });
});

it("reports a check of a digest", async () => {
  const digest = await pushUnannounced(world, "backend", "v9.1.0");
  await rita("announce", "demo", `backend=demo-backend@${digest}`, "--version", "v9.1.0");
  const to = ["--project", "demo", "--environment", "staging", "--digest", digest];
  const args = ["check", "report", "e2e", ...to, "--status", "passed", "--url", "https://ci.example.com/7"];
  const said = await rita(...args);
  expect(said).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^demo:check:\d+ reported\n {2}e2e: passed in staging\n$/),
  });
  expect((await rita(...args)).out).toContain("was reported before");
  const wrong = await rita("check", "report", "e2e", ...to, "--status", "green");
  expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining("status") });
  expect((await rita("check", "report", "e2e", ...to)).err).toContain("--status is missing");
});

it("shows what people must tick, and who has", async () => {
  const file = projectFile(world.sandbox);
  const item = "{ text: on-call told, by: [approvers], otherThanRequester: true }";
  const checklist = `gates: [{ checklist: { items: [backup made, ${item}] } }]`;
  const guarded = file.replace("tag: staging\n", `tag: staging\n      ${checklist}\n`);
  await applyDocuments(world.engine, world.people.ada, { text: guarded }, { operator: true });
  const asked = await rita("promote", "demo", await announced("v9.0.0"), "--to", "staging", "--json");
  const { id, planHash } = JSON.parse(asked.out);
  const who = "(one of approvers, not the one who asked)";
  expect(await rita("checklist", id)).toMatchObject({ code: 3, out: `[ ] backup made\n[ ] on-call told  ${who}\n` });
  const said = { promotion: id, planHash, gate: 0, ticked: true };
  await tick(world.engine, world.people.rita, { ...said, item: 0 });
  await tick(world.engine, world.people.arjun, { ...said, item: 1 });
  await world.ended(id);
  const done = await rita("checklist", id);
  expect(done).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^\[x\] backup made {2}\(Rita Moreau, 20.*\)\n\[x\]/),
  });
  expect(await rita("checklist", "demo-1")).toMatchObject({ code: 0, out: "demo-1 has no checklist\n" });
  await applyDocuments(world.engine, world.people.ada, { text: file }, { operator: true });
});

it("is a program: npm's script runs it, its exit code is the command's", async () => {
  const child = spawn(process.execPath, ["scripts/run-ts.mjs", "cli/main.ts", "promotion", "demo-1", "--json"], {
    env: { NODE_ENV: "test", PATH: process.env.PATH, WAYBILL_URL: server.url, WAYBILL_TOKEN: tokens.rita },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  child.stdout.on("data", (bytes) => {
    out += bytes;
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ id: "demo-1", phase: "succeeded" });
});

it("says why something is not well", async () => {
  // Last, since what is stored of the cluster is the test's from here on.
  await world.stopObserving();
  const set = (health: string, reason: string | null) =>
    world.pool.execute(
      sql`update deployment set health = ${health}, health_reason = ${reason} where service = 'chat' and environment = 'staging'`,
    );
  await set("failing", "0 of 1 ready");
  const status = await rita("status", "demo");
  expect(status.out).toMatch(/chat {5}\S+ failing/);
  expect(status.out).toContain("chat in staging is failing: 0 of 1 ready\n");
  await set("healthy", null);
  expect((await rita("status", "demo")).out).not.toContain("chat in");
});
