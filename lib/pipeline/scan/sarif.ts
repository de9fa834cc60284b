import { z } from "zod";
import {
  FindingList,
  instantOf,
  plainText,
  type ScanReport,
  type UnreadableReport,
  unreadable,
} from "@/lib/pipeline/scan/report";
import { type Severity, worse } from "@/lib/pipeline/scan/severity";
import { placeOf } from "@/lib/pipeline/scan/trivy";

const properties = z.looseObject({ "security-severity": z.union([z.string(), z.number()]).nullish() }).nullish();
const rule = z.object({ id: z.string().max(500), properties });
const component = z.object({
  name: z.string().min(1),
  version: z.string().nullish(),
  semanticVersion: z.string().nullish(),
  rules: z.array(rule).nullish(),
});
const result = z.object({
  ruleId: z.string().max(500).nullish(),
  ruleIndex: z.number().int().nullish(),
  rule: z.object({ id: z.string().max(500).nullish() }).nullish(),
  kind: z.string().nullish(),
  properties,
});
const run = z.object({
  tool: z.object({ driver: component, extensions: z.array(component).nullish() }),
  invocations: z
    .array(z.object({ endTimeUtc: z.string().nullish(), executionSuccessful: z.boolean().nullish() }))
    .nullish(),
  results: z.array(result).nullish(),
  properties: z.looseObject({ repoDigests: z.array(z.string()).nullish() }).nullish(),
});
const form = z.object({ version: z.literal("2.1.0"), runs: z.array(run).min(1) });

type Run = z.infer<typeof run>;
type Result = z.infer<typeof result>;

/**
 * SARIF 2.1.0 (OASIS). A run without `results` computed none (§3.14.23), and one that failed says nothing. Severity is
 * the rule's or the result's `security-severity`, by the ranges that code scanning uses for CVSS; without it a finding
 * is unrated. What a report suppresses itself still counts: what is allowed stands in the policy.
 */
export function readSarif(document: unknown): ScanReport | UnreadableReport {
  const parsed = form.safeParse(document);
  if (!parsed.success) return unreadable(`the SARIF has another form than 2.1.0 at ${placeOf(parsed.error)}`);
  const { runs } = parsed.data;
  const list = new FindingList();
  for (const one of runs) {
    const failed = one.invocations?.some((invocation) => invocation.executionSuccessful === false);
    if (failed) return unreadable(`${plainText(one.tool.driver.name)} says that its run failed`);
    if (!one.results)
      return unreadable(`${plainText(one.tool.driver.name)} gives no results, which is not the same as none found`);
    const trouble = addResults(list, one, one.results);
    if (trouble) return trouble;
  }
  const findings = list.list();
  if (findings === undefined) return unreadable("the report lists more than 20,000 vulnerabilities");
  const [first] = runs;
  const driver = first?.tool.driver;
  const ends = runs.flatMap((one) => (one.invocations ?? []).flatMap((each) => instantOf(each.endTimeUtc) ?? []));
  return {
    ...{ kind: "report", format: "sarif", findings },
    tool: plainText(driver?.name ?? ""),
    toolVersion:
      driver?.semanticVersion || driver?.version ? plainText(driver.semanticVersion ?? driver.version ?? "") : null,
    // Of several runs the oldest: none of what is told is older than that.
    scannedAt: ends.sort()[0] ?? null,
    digests: runs.flatMap((one) =>
      (one.properties?.repoDigests ?? []).flatMap((text) => /sha256:[0-9a-f]{64}$/.exec(text) ?? []),
    ),
  };
}

function addResults(list: FindingList, { tool }: Run, results: Result[]): UnreadableReport | undefined {
  const rules = [tool.driver, ...(tool.extensions ?? [])].flatMap((one) => one.rules ?? []);
  const byId = new Map(rules.map((one) => [one.id, one]));
  for (const one of results) {
    // §3.27.9: only these three kinds tell of a problem.
    if (one.kind && !["fail", "open", "review"].includes(one.kind)) continue;
    const indexed = one.ruleIndex == null || one.ruleIndex < 0 ? undefined : tool.driver.rules?.[one.ruleIndex];
    const ruleId = one.ruleId ?? one.rule?.id ?? indexed?.id;
    if (!ruleId) return unreadable("a result of the SARIF names no rule");
    const said = [byId.get(ruleId) ?? indexed, one].map((each) => severityOf(each?.properties?.["security-severity"]));
    const severity = said.reduce(worse, "unrated");
    list.add(vulnerabilityOf(ruleId), severity, undefined);
  }
  return undefined;
}

/** Some scanners name a rule after the vulnerability and the package: what is known by its number is one. */
function vulnerabilityOf(ruleId: string): string {
  const known = /^(CVE-\d{4}-\d{4,}|GHSA(?:-[0-9a-z]{4}){3})(?![0-9a-z])/i.exec(ruleId)?.[1];
  return plainText(known ?? ruleId);
}

function severityOf(said: string | number | null | undefined): Severity {
  const score = said === null || said === undefined || said === "" ? Number.NaN : Number(said);
  if (!(score > 0 && score <= 10)) return "unrated";
  if (score >= 9) return "critical";
  if (score >= 7) return "high";
  return score >= 4 ? "medium" : "low";
}
