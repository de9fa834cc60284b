import { describe, expect, it } from "vitest";
import type { Actor } from "@/lib/pipeline/actor";
import type { CalendarWindow } from "@/lib/pipeline/calendar/window";
import { evaluateFreeze } from "@/lib/pipeline/gates/freeze";
import type { FreezeConfig } from "@/lib/pipeline/gates/freeze-config";
import type { Plan } from "@/lib/pipeline/plan/plan";
import { aPlan } from "@/lib/pipeline/promotion/testing/a-plan";

const friday = "2026-05-08T10:00:00.000Z";
const monday = "2026-05-11T10:00:00.000Z";
const noFriday: CalendarWindow = {
  ...{ kind: "recurring", name: "no Friday deploys", rrule: "FREQ=WEEKLY;BYDAY=FR,SA,SU", start: "00:00" },
  ...{ lastsMs: 86_400_000, except: [] },
};
const config = (extra: Partial<FreezeConfig> = {}) => ({
  ...{ kind: "freeze" as const, timezone: "Europe/Paris", deny: [noFriday], allow: [] },
  ...{ exempt: ["P0" as const], appliesTo: ["promote" as const, "autoPromote" as const], ...extra },
});
const rita: Actor = { kind: "person", id: "idp#rita", name: "Rita" };
const token: Actor = { kind: "token", id: "t1", name: "rita's laptop", owner: "idp#rita" };
const automation: Actor = { kind: "system", name: "worker" };

interface Asking {
  now?: string;
  by?: Actor;
  plan?: Partial<Plan>;
  reason?: string | null;
  freeze?: Partial<FreezeConfig>;
}
function judge({ now = friday, by = rita, plan = {}, reason = "incident 7", freeze = {} }: Asking = {}) {
  return evaluateFreeze(config(freeze), { plan: aPlan(plan), evidence: { request: { by, reason } }, now });
}
const strandedServices = aPlan().services.map((one, index) => (index === 1 ? { ...one, rollback: null } : one));

describe("a freeze", () => {
  it("waits while it is closed: by which window, since when, until when, and who may pass", () => {
    expect(judge()).toEqual({
      gate: "freeze",
      demand: "outside no Friday deploys",
      status: "wait",
      summary: "closed by no Friday deploys until Mon 11 May 2026 00:00 Europe/Paris",
      evidence: [
        { name: "closed by", value: "no Friday deploys" },
        { name: "closed since", value: "2026-05-07T22:00:00.000Z" },
        { name: "opens at", value: "2026-05-10T22:00:00.000Z" },
      ],
      opensAt: "2026-05-10T22:00:00.000Z",
      nextEvaluationAt: "2026-05-10T22:00:00.000Z",
      whoMayOverride: "whoever asks for it as P0, with a reason and something to go back to",
    });
  });

  it("passes while it is open, and is asked again when it closes", () => {
    expect(judge({ now: monday })).toMatchObject({
      status: "pass",
      summary: "open until Fri 15 May 2026 00:00 Europe/Paris",
      nextEvaluationAt: "2026-05-14T22:00:00.000Z",
    });
    const past: CalendarWindow = { kind: "once", name: "move", from: "2020-01-01T00:00", to: "2020-01-02T00:00" };
    expect(judge({ freeze: { deny: [past] } }).summary).toBe(
      "open; nothing closes it before Sun 1 Jun 2031 02:00 Europe/Paris",
    );
  });

  it("waits without a moment where there is no known end, and says how far it looked", () => {
    const verdict = judge({ freeze: { deny: [{ kind: "once", name: "incident 9", from: "2026-05-01T00:00" }] } });
    expect(verdict).toMatchObject({ status: "wait", nextEvaluationAt: "2031-06-01T00:00:00.000Z" });
    expect(verdict.summary).toBe(
      "closed by incident 9, with no known end; looked as far as Sun 1 Jun 2031 02:00 Europe/Paris",
    );
    expect(verdict.opensAt).toBeUndefined();
    expect(verdict.evidence).toContainEqual({ name: "no opening before", value: "2031-06-01T00:00:00.000Z" });
  });

  it("says what may be asked for in a few words, however many windows there are", () => {
    const deny = ["a", "b", "c", "d", "e"].map((name) => ({ ...noFriday, name }));
    const allow = [{ ...noFriday, name: "working hours" }];
    expect(judge({ freeze: { deny, allow } }).demand).toBe("within working hours, outside a, b, c, 2 more");
  });

  it("is unknown where it is not known who asks, or where a stored calendar cannot be read", () => {
    expect(evaluateFreeze(config(), { plan: aPlan(), evidence: {}, now: monday }).status).toBe("unknown");
    expect(judge({ now: monday, freeze: { timezone: "Europe/Atlantis" } }).status).toBe("unknown");
    const odd = { ...noFriday, rrule: "FREQ=SOMETIMES" } as CalendarWindow;
    expect(judge({ now: monday, freeze: { deny: [odd] } }).status).toBe("unknown");
  });
});

describe("what a freeze closes", () => {
  const table: [string, FreezeConfig["appliesTo"], Asking, string][] = [
    ["a promotion", ["promote"], {}, "wait"],
    ["a promotion that a token asks for", ["promote"], { by: token }, "wait"],
    ["no automatic one, where only promote is named", ["promote"], { by: automation }, "pass"],
    ["an automatic one", ["autoPromote"], { by: automation }, "wait"],
    ["no promotion that a person asks for, where only autoPromote is named", ["autoPromote"], {}, "pass"],
    ["no rollback, unless it is named", ["promote", "autoPromote"], { plan: { kind: "rollback" } }, "pass"],
    ["a rollback, where it is named", ["rollback"], { plan: { kind: "rollback" } }, "wait"],
    ["no promotion, where only rollback is named", ["rollback"], {}, "pass"],
  ];
  it.each(table)("%s", (_, appliesTo, asking, status) => {
    expect(judge({ ...asking, freeze: { appliesTo } }).status).toBe(status);
  });
});

describe("a severity that is exempt", () => {
  it("passes with who asks, why, and where it would go back to", () => {
    const verdict = judge({ plan: { severity: "P0" } });
    expect(verdict).toMatchObject({ status: "pass" });
    expect(verdict.summary).toBe("closed by no Friday deploys until Mon 11 May 2026 00:00 Europe/Paris; P0 may pass");
    expect(verdict.evidence.map((one) => one.name)).toEqual(
      expect.arrayContaining(["closed by", "severity", "asked by", "reason"]),
    );
    expect(verdict.evidence).toContainEqual({ name: "reason", value: "incident 7" });
    expect(verdict.evidence.some((one) => one.name.endsWith("goes back to"))).toBe(true);
  });

  const refused: [string, Asking, string][] = [
    ["another severity", { plan: { severity: "P1" } }, "Europe/Paris"],
    ["no severity", {}, "Europe/Paris"],
    [
      "a service without a rollback target",
      { plan: { severity: "P0", services: strandedServices } },
      "has nothing to go back to",
    ],
    ["an automation", { by: automation, plan: { severity: "P0" } }, "a person must ask"],
    ["nothing exempt", { plan: { severity: "P0" }, freeze: { exempt: [] } }, "Europe/Paris"],
  ];
  it.each(refused)("does not pass: %s", (_, asking, says) => {
    const verdict = judge(asking);
    expect(verdict.status).toBe("wait");
    expect(verdict.summary.endsWith(says)).toBe(true);
  });

  it("of a rollback needs nothing to go back to: it is the way back", () => {
    const plan = { kind: "rollback" as const, severity: "P0" as const, services: strandedServices };
    expect(judge({ plan, freeze: { appliesTo: ["rollback"] } }).status).toBe("pass");
  });
});
