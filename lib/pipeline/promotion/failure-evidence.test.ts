import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evidenceLimits, type PodRemains, servicesToTrace, toKeep } from "@/lib/pipeline/promotion/failure-evidence";
import type { PromotionInput } from "@/lib/pipeline/promotion/input";
import { begin, goOn, say, until } from "@/lib/pipeline/promotion/testing/a-life";
import { aPlan, digestOf } from "@/lib/pipeline/promotion/testing/a-plan";
import { startedAt } from "@/lib/pipeline/promotion/testing/some-input";
import { goesWrong } from "@/lib/pipeline/promotion/with-kept";

const kept = "ab".repeat(32);
const pod = (over: Partial<PodRemains> = {}): PodRemains => {
  return { pod: "p-1", container: "app", phase: "Running", ready: false, restarts: 1, events: [], ...over };
};
const keepPods = (pods: PodRemains[], secrets: string[] = []) => {
  const services = [{ service: "chat", digest: digestOf("a"), pods }];
  return toKeep({ promotion: "demo-1", at: startedAt, services }, secrets).services[0]?.pods ?? [];
};
const crash: PromotionInput = {
  kind: "sighted",
  service: "chat",
  sighting: { kind: "trouble", trouble: { kind: "failed", reason: "CrashLoopBackOff", evidence: [] } },
};

describe("what is kept", () => {
  it("is bounded, whatever a pod printed, and ends where the log ends", () => {
    const line = fc.string({ maxLength: 400 });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 200 }), fc.boolean(), (lines, cut) => {
        const [one] = keepPods([pod({ log: { text: lines.join("\n"), previous: false, cut } })]);
        const text = one?.log?.text ?? "";
        expect(text.length).toBeLessThanOrEqual(8_001);
        expect(text.split("\n").length).toBeLessThanOrEqual(evidenceLimits.logLines);
        if (cut) expect(one?.log?.cut).toBe(true);
      }),
    );
    const numbered = Array.from({ length: 100 }, (_, index) => `line ${index}`);
    const [short] = keepPods([pod({ log: { text: numbered.join("\n"), previous: true, cut: false } })]);
    expect(short?.log?.text.split("\n").at(0)).toBe("line 40");
    expect(short?.log).toMatchObject({ previous: true, cut: true, text: expect.stringMatching(/line 99$/) });
    const [long] = keepPods([pod({ log: { text: "x".repeat(50_000), previous: false, cut: false } })]);
    expect(long?.log).toMatchObject({ cut: true, text: expect.stringMatching(/^x{7999}…$/) });
  });

  it("holds no more pods, events and words than it may, and no secret at an edge", () => {
    const secret = "s3cr3t-".repeat(6);
    const events = Array.from({ length: 40 }, (_, index) => {
      return {
        at: startedAt,
        type: "Warning",
        reason: "Failed",
        message: `${index} ${"y".repeat(470)} ${secret}`,
        count: 1,
      };
    });
    const found = keepPods(
      Array.from({ length: 9 }, () => pod({ events, noLog: `no: ${secret}` })),
      [secret],
    );
    expect(found).toHaveLength(evidenceLimits.pods);
    expect(found[0]?.events).toHaveLength(evidenceLimits.events);
    expect(found[0]?.events.at(-1)?.message.startsWith("39 ")).toBe(true);
    expect(JSON.stringify(found)).not.toContain("s3cr3t");
    expect(found[0]?.noLog).toBe("no: [redacted]");
  });
});

describe("whose pods are asked", () => {
  it("those of the service that fails, and of checks those that are not right", () => {
    const accepted = goOn(begin(), (one) => one.phase === "rollingOut" && one.rollouts[1]?.phase === "accepted");
    expect(servicesToTrace(accepted.state, crash)).toEqual([{ service: "chat", digest: digestOf("a") }]);
    const { state } = goOn(begin(), until("verifying"));
    if (state.phase !== "verifying") throw new Error("not verifying");
    const checks = state.checks.map((check) => ({
      ...check,
      status: check.service === "chat" ? ("failed" as const) : ("good" as const),
    }));
    expect(servicesToTrace(state, { kind: "checked", checks }).map((one) => one.service)).toEqual(["chat"]);
  });

  it("on the way back those of the digest that was to run again", () => {
    const accepted = goOn(begin(), (one) => one.phase === "rollingOut" && one.rollouts[1]?.phase === "accepted");
    const { state } = say(accepted, crash);
    const sighting = { kind: "progressing" as const, ready: 0, desired: 2 };
    const rollback = state.plan.services.find((one) => one.service === "chat")?.rollback?.digest;
    expect(servicesToTrace(state, { kind: "revertSighted", service: "chat", sighting })).toEqual([
      { service: "chat", digest: rollback },
    ]);
  });
});

describe("the hash of what is kept", () => {
  const accepted = () => goOn(begin(), (one) => one.phase === "rollingOut" && one.rollouts[1]?.phase === "accepted");

  it("stands in the cause, in the entry that begins the way back", () => {
    const life = say(accepted(), { ...crash, kept });
    expect(life.state).toMatchObject({ phase: "rollingBack", cause: { service: "chat", kept } });
    expect(goesWrong(life.entries)).toBe(true);
    expect(life.entries.filter((entry) => JSON.stringify(entry).includes(kept)).map(({ kind }) => kind)).toEqual([
      "rollback.started",
    ]);
  });

  it("stands in the one that says why, of a rollback and of what is held", () => {
    const of = (plan: ReturnType<typeof aPlan>) => {
      const there = goOn(begin(plan), (one) => one.phase === "rollingOut" && one.rollouts[1]?.phase === "accepted");
      const life = say(there, { ...crash, kept });
      return life.entries.filter((entry) => JSON.stringify(entry).includes(kept)).map(({ kind }) => kind);
    };
    expect(of(aPlan({ kind: "rollback" }))).toEqual(["rollback.started"]);
    expect(of(aPlan({ onFailure: "hold" }))).toEqual(["promotion.failed"]);
  });

  it("stands nowhere where nothing goes wrong, and not in what a person stops", () => {
    const life = accepted();
    const running = { kind: "running" as const, runs: digestOf("a"), as: "index" as const, ready: 2, desired: 2 };
    const well = say(life, { kind: "sighted", service: "chat", sighting: running, kept });
    expect(goesWrong(well.entries)).toBe(false);
    expect(JSON.stringify(well.entries)).not.toContain(kept);
    const stopped = say(life, { kind: "abort", by: { kind: "person", id: "x", name: "X" }, why: "stop" });
    expect(goesWrong(stopped.entries.slice(life.entries.length))).toBe(false);
  });
});

it("halves of characters, found and made by a cut, are replaced in all that is kept", () => {
  const text = `\ud83d${"x😀".repeat(200_000)}`;
  const trouble = { reason: "\ude00", message: text };
  const pods = [0, 1, 2].map((more) => {
    return pod({ trouble, noLog: text, log: { text: "y".repeat(more) + text, previous: false, cut: false } });
  });
  const all = JSON.stringify(keepPods(pods));
  expect(all).toContain("\ufffd");
  expect(all, "JSON escapes what is no whole character").not.toMatch(/\\ud[89a-f]/);
});
