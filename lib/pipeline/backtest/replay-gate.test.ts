import { describe, expect, it } from "vitest";
import type { PastFacts } from "@/lib/pipeline/backtest/past-promotion";
import { replayGate } from "@/lib/pipeline/backtest/replay-gate";
import { aPast, aVerdict, startedAt } from "@/lib/pipeline/backtest/testing/past";
import type { PlannedGate } from "@/lib/pipeline/gates/planned-gate";
import { digestOf } from "@/lib/pipeline/promotion/testing/a-plan";

const soak = (forMs: number): PlannedGate => ({ kind: "soak", in: "staging", forMs });
const hour = 3_600_000;
const verified = (verifiedAt: string): PastFacts => ({
  successes: [{ service: "backend", environment: "staging", digest: digestOf("a"), promotion: "demo-6", verifiedAt }],
});
const window = (from: string, to?: string) => ({ kind: "once" as const, name: "move", from, ...(to ? { to } : {}) });
const freeze = (deny: ReturnType<typeof window>[], exempt: "P0"[] = []): PlannedGate => ({
  ...{ kind: "freeze", timezone: "Europe/Paris", deny, allow: [], exempt, appliesTo: ["promote", "autoPromote"] },
});
const image = (user: string): PastFacts => ({
  images: [
    {
      service: "backend",
      digest: digestOf("a"),
      images: [{ os: "linux", architecture: "amd64", sizeBytes: 1, user, healthcheck: false, labels: {} }],
    },
  ],
});
const scanned = (severity: "critical" | "low"): PastFacts => {
  const findings = [{ id: "CVE-1", severity, package: "zlib", installed: "1", fixed: null }];
  const scan = { id: "s1", tool: "Trivy", toolVersion: null, scannedAt: startedAt, reportedBy: "ci", findings };
  return { scans: [{ service: "backend", digest: digestOf("a"), uploaded: [scan as never] }] };
};
const vulnerabilities: PlannedGate = {
  ...{ kind: "vulnerabilities", limits: { critical: 0 }, from: ["upload", "registry"], allow: [] },
};

describe("a gate that nobody judged then is judged on what stood then", () => {
  it.each<[string, PlannedGate, PastFacts, string]>([
    ["soaked long enough", soak(hour), verified("2026-03-06T08:59:00.000Z"), "passes"],
    ["soaked too short", soak(2 * hour), verified("2026-03-06T08:59:00.000Z"), "waits"],
    ["never verified there", soak(hour), { successes: [] }, "fails"],
    ["not told where it succeeded", soak(hour), {}, "unknown"],
    [
      "the same digest succeeded",
      { kind: "upstream", match: "all", environments: ["staging"] },
      verified(startedAt),
      "passes",
    ],
    ["it had not succeeded", { kind: "upstream", match: "all", environments: ["staging"] }, { successes: [] }, "fails"],
    ["closed, with an end", freeze([window("2026-03-06T00:00", "2026-03-07T00:00")]), {}, "waits"],
    ["closed, with no known end", freeze([window("2026-03-06T00:00")]), {}, "fails"],
    ["open, in the calendar's zone", freeze([window("2026-03-06T11:01", "2026-03-07T00:00")]), {}, "passes"],
    ["closed, in the calendar's zone", freeze([window("2026-03-06T11:00", "2026-03-07T00:00")]), {}, "waits"],
    ["image runs as another than root", { kind: "image", nonRoot: true }, image("1000"), "passes"],
    ["image runs as root", { kind: "image", nonRoot: true }, image("0"), "fails"],
    ["image was not kept", { kind: "image", nonRoot: true }, { images: [] }, "unknown"],
    ["scan found nothing of the kind", vulnerabilities, scanned("low"), "passes"],
    ["scan found too much", vulnerabilities, scanned("critical"), "fails"],
    [
      "no scan by then",
      vulnerabilities,
      { scans: [{ service: "backend", digest: digestOf("a"), uploaded: [] }] },
      "unknown",
    ],
    ["a test that nobody reported", { kind: "tests", checks: ["e2e"] }, { checks: [] }, "unknown"],
    [
      "what a webhook would have said",
      { kind: "webhook", url: "https://x.example", secret: "env:S", timeoutMs: 1, passForMs: 1 },
      {},
      "unknown",
    ],
    ["a budget of then", { kind: "errorBudget", slo: "availability", minRemainingPercent: 10 }, {}, "unknown"],
    ["a signature of then", { kind: "signature", keys: ["file:/etc/key.pub"], identities: [] }, {}, "unknown"],
    ["nobody held it", { kind: "hold" }, { holds: [] }, "passes"],
    ["nothing was blocked", { kind: "block" }, { blocks: [] }, "passes"],
    ["no pin stood", { kind: "pin" }, { pins: [] }, "passes"],
  ])("%s", (_, gate, facts, answer) => {
    expect(replayGate(gate, aPast(), facts, [])).toMatchObject({ answer, source: "rebuilt" });
  });

  it("takes the severity and the way back that the plan had", () => {
    const shut = freeze([window("2026-03-06T00:00", "2026-03-07T00:00")], ["P0"]);
    const { plan } = aPast();
    const urgent = aPast({ plan: { ...plan, severity: "P0" }, reason: "it is down" });
    expect(replayGate(shut, urgent, {}, []).answer).toBe("passes");
    const stranded = plan.services.map((one) => ({ ...one, rollback: null }));
    expect(replayGate(shut, aPast({ plan: { ...plan, severity: "P0", services: stranded } }), {}, []).answer).toBe(
      "waits",
    );
  });
});

describe("a gate that was judged then", () => {
  const past = (gate: PlannedGate, verdict = aVerdict(gate.kind, "wait")) => aPast({ verdicts: [verdict] }, [gate]);

  it("has the answer that was recorded, in force or in shadow", () => {
    const budget: PlannedGate = { kind: "errorBudget", slo: "availability", minRemainingPercent: 10 };
    const shadowed = past({ ...budget, shadow: true }, aVerdict("errorBudget", "wait", { shadow: true }));
    expect(replayGate(budget, shadowed, {}, [])).toMatchObject({ answer: "waits", source: "recorded" });
    expect(replayGate({ ...budget, minRemainingPercent: 20 }, shadowed, {}, []).answer).toBe("unknown");
  });

  it("passes where somebody let that very gate pass, and not where it asks for something else now", () => {
    const overridden = { by: aPast().requestedBy, reason: "down", incident: "INC-1", at: startedAt };
    const shown = past(soak(hour), aVerdict("soak", "wait", { overridden }));
    const facts = verified("2026-03-06T09:59:00.000Z");
    expect(replayGate(soak(hour), shown, facts, []).answer).toBe("passes");
    expect(replayGate(soak(2 * hour), shown, facts, []).answer).toBe("waits");
  });

  it("measured another objective where the file has changed that", () => {
    const slo = (targetPercent: number) => ({
      ...{ name: "availability", targetPercent, windowMs: hour, connection: "metrics", good: "g", total: "t" },
    });
    const gate: PlannedGate = { kind: "errorBudget", slo: "availability", minRemainingPercent: 10 };
    const then = aPast({ verdicts: [aVerdict("errorBudget", "pass")], slos: [slo(99)] }, [gate]);
    expect(replayGate(gate, then, {}, [slo(99)]).answer).toBe("passes");
    expect(replayGate(gate, then, {}, [slo(99.9)]).answer).toBe("unknown");
  });

  it("is not believed where the verdict is not one of that gate", () => {
    const odd = past(soak(hour), aVerdict("freeze", "pass"));
    expect(replayGate(soak(hour), odd, { successes: [] }, [])).toMatchObject({ answer: "fails", source: "rebuilt" });
  });
});
