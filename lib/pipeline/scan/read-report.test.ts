import { describe, expect, it } from "vitest";
import { readReport } from "@/lib/pipeline/scan/read-report";

const digest = `sha256:${"a".repeat(64)}`;
const vulnerability = (id: string, severity: string, name = "openssl") => ({
  VulnerabilityID: id,
  PkgName: name,
  InstalledVersion: "3.0.11",
  Severity: severity,
});
const trivy = (vulnerabilities: object[], more: object = {}) => ({
  SchemaVersion: 2,
  CreatedAt: "2026-03-01T10:00:00.123456789+01:00",
  Trivy: { Version: "0.57.1" },
  ArtifactName: "shop/api",
  Metadata: { RepoDigests: [`registry.example.com/shop/api@${digest}`] },
  Results: [{ Target: "debian", Class: "os-pkgs", Vulnerabilities: vulnerabilities }],
  ...more,
});

const rule = (id: string, severity?: string | number) => ({
  id,
  properties: severity === undefined ? {} : { "security-severity": severity },
});
const sarif = (rules: object[], results: unknown, more: object = {}) => ({
  version: "2.1.0",
  runs: [{ tool: { driver: { name: "Grype", version: "0.80.0", rules } }, results, ...more }],
});
const severitiesOf = (document: unknown) => {
  const report = readReport(document);
  if (report.kind === "unreadable") throw new Error(report.message);
  return Object.fromEntries(report.findings.map(({ id, severity }) => [id, severity]));
};

describe("Trivy's JSON", () => {
  it("is read with its tool, date, digests and vulnerabilities", () => {
    expect(readReport(trivy([vulnerability("CVE-2026-2", "HIGH")]))).toEqual({
      kind: "report",
      format: "trivy",
      tool: "Trivy",
      toolVersion: "0.57.1",
      scannedAt: "2026-03-01T09:00:00.123Z",
      digests: [digest],
      findings: [{ id: "CVE-2026-2", severity: "high", packages: ["openssl 3.0.11"] }],
    });
  });

  it("counts a vulnerability once, with its worst severity, however many packages have it", () => {
    const list = [
      vulnerability("CVE-1", "LOW", "a"),
      vulnerability("CVE-1", "CRITICAL", "b"),
      vulnerability("CVE-1", "LOW", "b"),
    ];
    expect(readReport(trivy(list))).toMatchObject({
      findings: [{ id: "CVE-1", severity: "critical", packages: ["a 3.0.11", "b 3.0.11"] }],
    });
  });

  it("knows every severity, and calls the rest unrated", () => {
    const list = ["CRITICAL", "HIGH", "medium", "LOW", "UNKNOWN", "", "NEGLIGIBLE"].map((one, index) =>
      vulnerability(`CVE-${index}`, one),
    );
    const read = severitiesOf(trivy(list));
    expect(Object.values(read)).toEqual(["critical", "high", "medium", "low", "unrated", "unrated", "unrated"]);
  });

  it("shows no character that could pass for another", () => {
    expect(readReport(trivy([vulnerability("CVE-1\u202e", "LOW", "<b>\u0000")]))).toMatchObject({
      findings: [{ id: "CVE-1?", packages: ["<b>? 3.0.11"] }],
    });
  });

  it.each([
    ["without results", trivy([], { Results: undefined }), "looked at no packages"],
    ["with no result", trivy([], { Results: [] }), "looked at no packages"],
    ["about secrets alone", trivy([], { Results: [{ Class: "secret" }] }), "looked at no packages"],
    [
      "of another form",
      trivy([], { Results: [{ Vulnerabilities: [{ Severity: "LOW" }] }] }),
      "Results.0.Vulnerabilities.0.VulnerabilityID",
    ],
  ])("%s says nothing", (_, document, words) => {
    expect(readReport(document)).toMatchObject({ kind: "unreadable", message: expect.stringContaining(words) });
  });
});

describe("SARIF", () => {
  it("is read with the severities of its rules, by code scanning's ranges", () => {
    const scores = ["10.0", 9, "8.9", "7.0", "6.9", "4.0", "3.9", "0.1", "0.0", "none", -1, 11, undefined];
    const rules = scores.map((score, index) => rule(`CVE-2026-${1000 + index}`, score));
    const results = rules.map((one) => ({ ruleId: one.id }));
    expect(Object.values(severitiesOf(sarif(rules, results)))).toEqual([
      ...["critical", "critical", "high", "high", "medium", "medium", "low", "low"],
      ...["unrated", "unrated", "unrated", "unrated", "unrated"],
    ]);
  });

  it("finds a result's rule by its id, its place, or in an extension, and the worse of the two scores counts", () => {
    const document = {
      version: "2.1.0",
      runs: [
        {
          tool: {
            driver: { name: "t", rules: [rule("A-1", 5)] },
            extensions: [{ name: "x", rules: [rule("B-1", 9.9)] }],
          },
          invocations: [{ endTimeUtc: "2026-02-01T00:00:00Z" }],
          results: [
            { ruleIndex: 0 },
            { rule: { id: "B-1" } },
            { ruleId: "A-1", properties: { "security-severity": "9.1" } },
          ],
        },
      ],
    };
    expect(severitiesOf(document)).toEqual({ "A-1": "critical", "B-1": "critical" });
    expect(readReport(document)).toMatchObject({ scannedAt: "2026-02-01T00:00:00.000Z", tool: "t", toolVersion: null });
  });

  it("counts what a scanner names after vulnerability and package once", () => {
    const rules = [
      rule("CVE-2026-1234-openssl", 9),
      rule("CVE-2026-1234-libssl3", 7),
      rule("GHSA-aaaa-bbbb-cccc-lodash", 5),
    ];
    expect(
      severitiesOf(
        sarif(
          rules,
          rules.map((one) => ({ ruleId: one.id })),
        ),
      ),
    ).toEqual({
      "CVE-2026-1234": "critical",
      "GHSA-aaaa-bbbb-cccc": "medium",
    });
  });

  it("counts what the report suppresses, and not what passed", () => {
    const results = [
      { ruleId: "A", suppressions: [{ kind: "external", status: "accepted" }] },
      { ruleId: "B", kind: "pass" },
      { ruleId: "C", kind: "open" },
    ];
    expect(Object.keys(severitiesOf(sarif([], results)))).toEqual(["A", "C"]);
  });

  it.each([
    ["without results", sarif([], undefined), "gives no results"],
    ["with results of null", sarif([], null), "gives no results"],
    [
      "of a run that failed",
      sarif([], [], { invocations: [{ executionSuccessful: false }] }),
      "says that its run failed",
    ],
    ["without a run", { version: "2.1.0", runs: [] }, "at runs"],
    ["of another version", { version: "2.0.0", runs: [] }, "at version"],
    ["with a result of no rule", sarif([], [{}]), "names no rule"],
  ])("%s says nothing", (_, document, words) => {
    expect(readReport(document)).toMatchObject({ kind: "unreadable", message: expect.stringContaining(words) });
  });
});

it.each([[null], [[]], ["text"], [{}], [{ bomFormat: "CycloneDX" }]])("%j is no report", (document) => {
  expect(readReport(document)).toMatchObject({ kind: "unreadable" });
});

it("a report with more vulnerabilities than anybody reads says nothing", () => {
  const list = Array.from({ length: 20_001 }, (_, index) => vulnerability(`CVE-${index}`, "LOW"));
  expect(readReport(trivy(list))).toMatchObject({ kind: "unreadable", message: expect.stringContaining("20,000") });
});
