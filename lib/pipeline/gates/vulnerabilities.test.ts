import { describe, expect, it } from "vitest";
import type { Scan, ScanFacts } from "@/lib/pipeline/gates/gate";
import { evaluateVulnerabilities } from "@/lib/pipeline/gates/vulnerabilities";
import { type VulnerabilitiesConfig, vulnerabilitiesConfig } from "@/lib/pipeline/gates/vulnerabilities-config";
import { aPlan } from "@/lib/pipeline/promotion/testing/a-plan";
import type { Severity } from "@/lib/pipeline/scan/severity";

const plan = aPlan({ services: aPlan().services.slice(0, 1) });
const now = "2026-03-10T10:00:00.000Z";

const scan = (found: Record<string, Severity>, more: Partial<Scan> = {}): Scan => ({
  id: "shop:scan:7",
  tool: "Trivy",
  toolVersion: "0.57.1",
  scannedAt: "2026-03-10T09:00:00.000Z",
  reportedBy: "ci",
  findings: Object.entries(found).map(([id, severity]) => ({ id, severity, packages: [] })),
  ...more,
});

function judge(config: object, facts: Partial<ScanFacts> | undefined, at = now) {
  const parsed: VulnerabilitiesConfig = vulnerabilitiesConfig.parse({
    critical: 0,
    high: 1,
    from: ["upload"],
    ...config,
  });
  const scans = plan.services.map((one) => ({ service: one.service, digest: one.to.digest, uploaded: [], ...facts }));
  const input = { plan, evidence: facts === undefined ? {} : { scans }, now: at };
  return evaluateVulnerabilities({ kind: "vulnerabilities", ...parsed }, input);
}
const uploaded = (...scans: Scan[]) => ({ uploaded: scans });

describe("what a scan found", () => {
  const table: [string, Record<string, Severity>, "pass" | "fail" | "unknown", string][] = [
    ["nothing", {}, "pass", "backend: "],
    ["as many as allowed", { "CVE-1": "high" }, "pass", "backend: "],
    ["one more than allowed", { "CVE-1": "high", "CVE-2": "high" }, "fail", "2 high, 1 allowed: CVE-1, CVE-2"],
    ["one critical", { "CVE-1": "critical" }, "fail", "backend has 1 critical, 0 allowed: CVE-1"],
    ["many without a limit", { a: "medium", b: "medium", c: "low" }, "pass", "backend: "],
    ["one without severity", { odd: "unrated" }, "unknown", "1 unrated, 0 allowed: odd"],
    ["one without severity beside a critical", { odd: "unrated", "CVE-1": "critical" }, "fail", "1 critical"],
  ];
  it.each(table)("%s", (_, found, status, words) => {
    const verdict = judge({}, uploaded(scan(found)));
    expect(verdict).toMatchObject({ status });
    expect(verdict.summary).toContain(words);
    expect(verdict.evidence[0]).toEqual({
      name: "scan",
      value: "Trivy 0.57.1, 2026-03-10T09:00:00.000Z, uploaded by ci",
    });
    expect(verdict.evidence).toContainEqual(expect.objectContaining({ name: "critical", threshold: "0 at most" }));
  });

  it("without severity may be let through by a limit of its own", () => {
    expect(judge({ unrated: 1 }, uploaded(scan({ odd: "unrated" }))).status).toBe("pass");
  });
});

describe("which scan counts", () => {
  const bad = { "CVE-1": "critical" as const };
  it("is unknown without any, and where nobody looked", () => {
    expect(judge({}, undefined)).toMatchObject({ status: "unknown" });
    expect(judge({}, uploaded())).toMatchObject({
      status: "unknown",
      summary: "backend: no scan of this digest is attached",
    });
  });

  it("is the newest of a scanner", () => {
    const old = { scannedAt: "2026-03-01T00:00:00.000Z" };
    expect(judge({}, uploaded(scan(bad, old), scan({}))).status).toBe("pass");
    expect(judge({}, uploaded(scan({}, old), scan(bad, { tool: "trivy" }))).status).toBe("fail");
  });

  it("is one of every scanner: a clean report does not hide what another found", () => {
    const verdict = judge({}, uploaded(scan({}), scan(bad, { tool: "Grype", scannedAt: "2026-01-01T00:00:00.000Z" })));
    expect(verdict.status).toBe("fail");
    expect(verdict.evidence.filter((one) => one.name === "scan")).toHaveLength(2);
  });

  it("is none that is too old, says no date where one is asked for, or comes from the future", () => {
    const old = { scannedAt: "2026-03-03T09:59:59.000Z" };
    expect(judge({ maxAge: "7d" }, uploaded(scan({}, old)))).toMatchObject({
      status: "unknown",
      summary: "backend: the scan by Trivy is of 2026-03-03T09:59:59.000Z, older than 7d",
    });
    expect(judge({ maxAge: "7d" }, uploaded(scan({}, { scannedAt: "2026-03-03T10:00:00.000Z" }))).status).toBe("pass");
    expect(judge({ maxAge: "7d" }, uploaded(scan({}, { scannedAt: null }))).status).toBe("unknown");
    expect(judge({}, uploaded(scan({}, { scannedAt: null }))).status).toBe("pass");
    expect(judge({}, uploaded(scan({}, { scannedAt: "2036-01-01T00:00:00.000Z" }))).status).toBe("unknown");
  });
});

describe("what is allowed", () => {
  const allow = [{ id: "cve-1", until: "2026-03-10", reason: "the code is not reached" }];
  const found = uploaded(scan({ "CVE-1": "critical" }));
  it("does not count to the end of its day, and stands in the evidence with its reason", () => {
    for (const at of [now, "2026-03-10T23:59:59.999Z"]) {
      const verdict = judge({ allow }, found, at);
      expect(verdict.status).toBe("pass");
      expect(verdict.evidence).toContainEqual({
        name: "allowed",
        value: "cve-1 until 2026-03-10: the code is not reached",
      });
    }
  });

  it("counts again once it ended, and the verdict says so", () => {
    const verdict = judge({ allow }, found, "2026-03-11T00:00:00.000Z");
    expect(verdict).toMatchObject({
      status: "fail",
      summary: "backend has 1 critical, 0 allowed: CVE-1; what allowed cve-1 ended on 2026-03-10",
    });
    expect(verdict.evidence).toContainEqual(expect.objectContaining({ name: "not allowed any more" }));
  });

  it("is only what is named", () => {
    expect(judge({ allow: [{ ...allow[0], id: "CVE-11" }] }, found).status).toBe("fail");
  });
});

describe("scans in the registry", () => {
  const attached = scan({}, { id: `sha256:${"f".repeat(64)}`, reportedBy: null });
  const from = { from: ["registry"] };
  const fact = (scans: Scan[], observedAt = now) => ({ registry: { value: { scans, unreadable: [] }, observedAt } });
  it("count like any other", () => {
    expect(judge(from, fact([attached]))).toMatchObject({ status: "pass" });
    expect(judge(from, fact([attached])).evidence[0]?.value).toContain("found in the registry, sha256:ffffffffffff");
  });

  it.each([
    ["were not asked for", { registry: null }, "was not asked for scans yet"],
    ["are of a past that does not tell", {}, "is not told"],
    [
      "could not be asked for",
      { registry: { trouble: "no answer (ECONNREFUSED)", observedAt: now } },
      "no answer (ECONNREFUSED)",
    ],
    ["were asked for too long ago", fact([attached], "2026-03-10T08:59:59.000Z"), "was asked for scans last at"],
    ["are none", fact([]), "no scan of this digest is attached"],
    [
      "are unreadable",
      { registry: { value: { scans: [], unreadable: ["x counts for nothing"] }, observedAt: now } },
      "x counts for nothing",
    ],
  ])("that %s are unknown", (_, facts, words) => {
    expect(judge(from, facts)).toMatchObject({ status: "unknown", summary: expect.stringContaining(words) });
  });

  it("do not count where only uploads do, and the other way round", () => {
    expect(judge({}, fact([attached])).status).toBe("unknown");
    expect(judge(from, uploaded(scan({}))).status).toBe("unknown");
  });

  const soon = "2026-03-10T10:00:15.000Z";
  it.each<[string, Partial<ScanFacts>, string, string | undefined]>([
    ["were not asked for yet", { registry: null }, "the registry was not asked for scans yet", now],
    [
      "could not be read",
      { registry: { trouble: "down", observedAt: now } },
      "the registry did not answer: down",
      soon,
    ],
    ["were asked for too long ago", fact([], "2026-03-10T08:59:59.000Z"), "was asked for scans last at", undefined],
  ])("that %s leave it unknown, however clean what was uploaded is", (_, registry, words, next) => {
    const from = { from: ["upload", "registry"] };
    const verdict = judge(from, { ...uploaded(scan({})), ...registry });
    expect(verdict).toMatchObject({ status: "unknown", summary: expect.stringContaining(words) });
    expect(verdict.evidence).toContainEqual({ name: "registry", value: expect.stringContaining(words) });
    expect(verdict.nextEvaluationAt).toBe(next);
    expect(verdict.whoCanAct).toMatch(next === undefined ? /^attach a scan/ : /^the registry to answer$/);
    // What was found stays found.
    expect(judge(from, { ...uploaded(scan({ "CVE-1": "critical" })), ...registry }).status).toBe("fail");
    expect(judge({ from: ["upload"] }, { ...uploaded(scan({})), ...registry }).status).toBe("pass");
  });

  it("of the past are not told: it is judged on what was uploaded by then", () => {
    expect(judge({ from: ["upload", "registry"] }, uploaded(scan({}))).status).toBe("pass");
  });
});
