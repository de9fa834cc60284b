import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PersonPrincipal } from "@/lib/auth/principal";
import { announceRelease } from "@/lib/commands/announce-release";
import { approve } from "@/lib/commands/approve";
import { backtestPolicy } from "@/lib/commands/backtest-policy";
import { block } from "@/lib/commands/block";
import { hold } from "@/lib/commands/hold";
import { recordScan } from "@/lib/commands/record-scan";
import { reportCheck } from "@/lib/commands/report-check";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import { loadPastFacts } from "@/lib/facts/past/past-facts";
import { loadPastPromotions } from "@/lib/facts/past/past-promotions";
import type { BacktestResult } from "@/lib/pipeline/backtest/backtest-result";
import { rebuiltVerdict } from "@/lib/pipeline/backtest/replay-gate";
import { Forbidden, InvalidInput, NotFound } from "@/lib/pipeline/errors";
import { buildImage, type Fault } from "@/sandbox/images";
import { pushImage } from "@/sandbox/push-image";

// Known before the first question: to staging went `good` and then `rootly`, which both succeeded, and `broken`, which
// runs as root too and went back; `good` went on to production with one approval.
let world: DemoWorld;
let good: { key: string; digest: string };
const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);

beforeAll(async () => {
  world = await createDemoWorld();
  good = await announced("backend", "v1.1.0", {});
  await scanOf(good.digest, "LOW");
  await promoted(good.key, "staging", "succeeded");
  await tested("passed");
  await promoted((await announced("backend", "v1.2.0", { user: "root" })).key, "staging", "succeeded");
  await promoted((await announced("chat", "v1.1.0", { user: "root", fault: "errors" })).key, "staging", "rolledBack");
  await promoted(good.key, "production", "succeeded", true);
});
afterAll(() => world?.close());

async function announced(service: "backend" | "chat", version: string, how: { user?: string; fault?: Fault }) {
  const image = buildImage({ content: `${service} ${version}`, version, ...how });
  const { registryUrl } = world;
  const digest = await pushImage(image, { registryUrl, repository: `demo-${service}`, tag: version });
  const artifacts = [{ service, image: `demo-${service}@${digest}` }];
  const release = await announceRelease(world.engine, world.people.rita, { project: "demo", version, artifacts });
  if (release.kind === "rejection") throw new Error(release.message);
  return { key: release.key, digest };
}

async function promoted(release: string, environment: string, end: string, signed = false): Promise<void> {
  const input = { project: "demo", environment, release, idempotencyKey: `${release}-${environment}-${Math.random()}` };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  const { id, planHash } = asked.state;
  if (signed) await approve(world.engine, world.people.arjun, { promotion: id, planHash });
  expect((await world.ended(id)).phase).toBe(end);
}

async function tested(status: "passed" | "failed"): Promise<void> {
  const check = { project: "demo", digest: good.digest, environment: "staging", name: "e2e", status };
  const said = await reportCheck(world.engine, world.people.rita, check);
  if (said.kind === "rejection") throw new Error(said.message);
}

const scanOf = (digest: string, severity: string) =>
  recordScan(world.engine, world.people.rita, {
    ...{ project: "demo", digest },
    report: {
      SchemaVersion: 2,
      CreatedAt: "2026-03-01T10:00:00Z",
      Results: [{ Class: "os-pkgs", Vulnerabilities: [{ VulnerabilityID: `CVE-${severity}`, Severity: severity }] }],
    },
  });

/** The file in force with gates for staging, and another list of gates for production. */
function file(staging: string, production?: string): string {
  const text = projectFile(world.sandbox).replace("tag: staging\n", `tag: staging\n      gates: [${staging}]\n`);
  const gates = /gates:\n {8}- approval.*\n {8}- soak.*\n/;
  return production === undefined ? text : text.replace(gates, `gates: [${production}]\n`);
}

async function backtest(
  text: string,
  more: object = {},
  by: PersonPrincipal = world.people.ada,
): Promise<BacktestResult> {
  const found = await backtestPolicy(world.engine, by, { text, ...more });
  if (found.kind !== "backtest") throw new Error(JSON.stringify(found));
  return found;
}

/** What does not depend on when it was asked. */
const answers = ({ since: _, ...result }: BacktestResult) => result;

describe("a changed policy over what really happened", () => {
  it("says what it would have blocked, of what went wrong and of what did not, with the promotions", async () => {
    const found = await backtest(file("{ image: { nonRoot: true } }"));
    expect(found).toMatchObject({
      ...{ scope: "changed", environments: ["staging"], more: false },
      promotions: { total: 3, blocked: 2, waited: 0, unknown: 0 },
      wentWrong: { total: 1, blocked: 1 },
      succeeded: { total: 2, blocked: 1 },
      gates: [{ environment: "staging", gate: "image", recorded: 0, answers: { passes: 1, fails: 2 } }],
    });
    expect(found.cases.map(({ promotion, outcome }) => [promotion, outcome])).toEqual([
      ["demo-3", "wentWrong"],
      ["demo-2", "succeeded"],
    ]);
    expect(found.cases[0]?.gates).toMatchObject([{ gate: "image", summary: "chat runs as root" }]);
    expect(found.words).toEqual([
      "It would have blocked 2 of 3 promotions: 1 of the 1 that was rolled back or failed, 1 of the 2 that succeeded.",
    ]);
  });

  it.each<[string, string, object]>([
    ["one approval more", "{ approval: { count: 2, from: [approvers] } }", { waited: 1 }],
    ["a longer soak", "{ soak: { in: staging, for: 30d } }", { waited: 1 }],
    ["what its image says", "{ image: { nonRoot: true } }", {}],
    [
      "a closed day",
      `{ freeze: { timezone: UTC, deny: [{ name: a, from: "${day(-1)}T00:00", to: "${day(2)}T00:00" }] } }`,
      { waited: 1 },
    ],
    ["closed for good", `{ freeze: { timezone: UTC, deny: [{ name: a, from: "${day(-1)}T00:00" }] } }`, { blocked: 1 }],
    ["a day that was open", `{ freeze: { timezone: UTC, deny: [{ name: a, from: "${day(30)}T00:00" }] } }`, {}],
    ["what its scan found", "{ vulnerabilities: { critical: 0 } }", {}],
    ["less than its scan found", "{ vulnerabilities: { low: 0 } }", { blocked: 1 }],
    ["tests that had passed by then", "{ tests: { checks: [e2e], in: staging } }", {}],
    ["tests that nobody had reported", "{ tests: { checks: [load], in: staging } }", { unknown: 1 }],
    ["a signature", '{ signature: { keys: ["file:/etc/waybill/cosign.pub"] } }', { unknown: 1 }],
    ["people whom nobody asked then", "{ approval: { count: 1, from: [release-board] } }", { unknown: 1 }],
  ])("into production, with %s", async (_, gate, counts) => {
    const people = "- { group: approvers, role: approver }\n    - { group: release-board, role: approver }";
    const text = file("", gate).replace("- { group: approvers, role: approver }", people);
    const found = await backtest(text, { environment: "production" });
    expect(found.promotions).toEqual({ total: 1, blocked: 0, waited: 0, unknown: 0, ...counts });
  });

  it("judges again what was judged then, with the same answer", async () => {
    const question = { project: "demo", environments: ["staging", "production"], since: "2020-01-01T00:00:00.000Z" };
    const { promotions: past } = await loadPastPromotions(world.pool, { ...question, below: null, limit: 100 });
    expect(past).toHaveLength(4);
    const facts = await loadPastFacts(world.pool, "demo", past);
    for (const one of past) {
      const again = one.plan.gates.map((gate) => rebuiltVerdict(gate, one, facts.get(one.id) ?? {}));
      expect(again.map((verdict) => verdict.status)).toEqual(one.verdicts.map((verdict) => verdict.status));
      expect(one.verdicts.length).toBeGreaterThan(2);
    }
  });

  it("blocks nothing that started under the policy that is in force", async () => {
    const found = await backtest(projectFile(world.sandbox));
    expect(found).toMatchObject({
      scope: "every",
      promotions: { total: 4, blocked: 0, waited: 0, unknown: 0 },
      cases: [],
    });
  });

  it("answers the same after more has happened", async () => {
    const strict = [
      file("{ image: { nonRoot: true } }, { vulnerabilities: { critical: 0 } }"),
      file(
        "",
        "{ approval: { count: 1, from: [approvers, more] } }, { soak: { in: staging, for: 1h } }, { vulnerabilities: { low: 0, critical: 0 } }, { tests: { checks: [e2e], in: staging } }",
      ).replace(
        "- { group: approvers, role: approver }",
        "- { group: approvers, role: approver }\n    - { group: more, role: approver }",
      ),
    ];
    const before = await Promise.all(strict.map((text) => backtest(text)));
    const { rita, arjun } = world.people;
    await scanOf(good.digest, "CRITICAL");
    await tested("failed");
    await hold(world.engine, rita, { project: "demo", environment: "production", reason: "later" });
    const at = { project: "demo", environment: "production", service: "backend" };
    await block(world.engine, rita, { ...at, digest: good.digest, reason: "later" });
    await world.pool.execute(sql`update person set groups = '{}' where id = ${arjun.id}`);
    const artifacts = [{ service: "backend", image: `demo-backend@${good.digest}` }];
    const again = { project: "demo", version: "v1.1.1", artifacts };
    expect((await announceRelease(world.engine, rita, again)).kind).toBe("announced");
    const after = await Promise.all(strict.map((text) => backtest(text)));
    expect(after.map(answers)).toEqual(before.map(answers));
    expect(before[1]?.promotions).toMatchObject({ total: 1, blocked: 1 });
    await world.pool.execute(sql`update person set groups = ${arjun.groups} where id = ${arjun.id}`);
  });

  it("counts a success that a person took back later as one that went wrong", async () => {
    await world.pool.execute(
      sql`insert into promotion select 'demo-900', project, 0, environment, release, version, services, 'rollback', phase, state,
            plan_hash, requested_by, requested_at, changed_at, queued_at, ended_at, 'demo-2', 'back', request_hash
           from promotion where id = 'demo-2'`,
    );
    const found = await backtest(file("{ image: { nonRoot: true } }"));
    expect(found).toMatchObject({ wentWrong: { total: 2, blocked: 2 }, succeeded: { total: 1, blocked: 0 } });
  });
});

describe("how it is asked", () => {
  it("looks as far back and at as many as it is told, says so, and at one environment", async () => {
    const text = file("{ image: { nonRoot: true } }", "{ soak: { in: staging, for: 9d } }");
    const newest = await backtest(text, { limit: 1 });
    expect(newest).toMatchObject({ promotions: { total: 1 }, limit: 1, more: true, cases: [{ promotion: "demo-4" }] });
    expect(newest.words.at(-1)).toBe("Only the newest 1 were replayed.");
    expect(await backtest(text, { environment: "production" })).toMatchObject({ environments: ["production"] });
    const late = { ...world.engine, now: () => new Date(Date.now() + 10 * 86_400_000).toISOString() };
    expect(await backtestPolicy(late, world.people.ada, { text, since: "9d" })).toMatchObject({
      promotions: { total: 0 },
    });
  });

  it("asks as much of the database for hundreds as for one of them, a batch", async () => {
    await world.pool.execute(
      sql`insert into promotion
          select id || '-' || n, project, 1000 + n, environment, release, version, services, kind, phase, state, plan_hash,
                 requested_by, requested_at, changed_at, queued_at, ended_at, null, 'copy-' || n, request_hash
            from promotion, generate_series(1, 150) n where id = 'demo-4'`,
    );
    await world.pool.execute(
      sql`insert into ledger_entry
          select project, 100000 + n, at, kind, actor, promotion || '-' || n, service, environment, release, data, prev, hash
            from ledger_entry, generate_series(1, 150) n where promotion = 'demo-4' and kind = 'promotion.started'`,
    );
    let asked = 0;
    const pool = new Proxy(world.pool, {
      get(target, key) {
        const value = Reflect.get(target, key);
        if (key === "query") asked += 1;
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const text = file("", "{ soak: { in: staging, for: 9d } }");
    const counted = async (limit: number) => {
      asked = 0;
      const found = await backtestPolicy({ ...world.engine, pool }, world.people.ada, { text, limit });
      if (found.kind !== "backtest") throw new Error("no answer");
      return { asked, total: found.promotions.total, more: found.more };
    };
    await counted(1);
    const one = await counted(1);
    expect(await counted(100)).toEqual({ asked: one.asked, total: 100, more: true });
    const all = await counted(1_000);
    expect(all).toMatchObject({ total: 151, more: false });
    expect(all.asked).toBeLessThanOrEqual(2 * one.asked);
  });

  it("is for those who may configure the project, and names what is wrong with the question", async () => {
    const text = projectFile(world.sandbox);
    for (const who of ["rita", "arjun", "vera"] as const) {
      await expect(backtestPolicy(world.engine, world.people[who], { text })).rejects.toThrow(Forbidden);
      await expect(backtestPolicy(world.engine, world.people[who], { text: "apiVersion: 1" })).rejects.toThrow(
        Forbidden,
      );
    }
    const stranger = { ...world.people.vera, grants: [] };
    await expect(backtestPolicy(world.engine, stranger, { text })).rejects.toThrow(NotFound);
    const wrong = (input: object) =>
      expect(backtestPolicy(world.engine, world.people.noor, { text, ...input })).rejects;
    await wrong({ environment: "prod" }).toThrow("environment: must be one of staging, production");
    await wrong({ since: "ninety days" }).toThrow("since: must be a duration from 1s to 366d, such as 90d");
    await wrong({ limit: 0 }).toThrow(InvalidInput);
    await wrong({ text: text.split("---\n")[0] }).toThrow("text: must hold a document of kind Project");
    await expect(backtestPolicy(world.engine, world.people.ada, { text, project: "other" })).rejects.toThrow(
      "project: must be one of demo",
    );
    const invalid = await backtestPolicy(world.engine, world.people.noor, {
      text: text.replace("tag: prod", "tga: prod"),
    });
    expect(invalid).toMatchObject({ kind: "invalidDocuments", errors: [{ path: expect.stringContaining("tga") }] });
  });
});
