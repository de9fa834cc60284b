import { describe, expect, test } from "vitest";
import { formatDocumentError } from "@/lib/config/document-error";
import { parseDocuments } from "@/lib/config/parse";
import { shopFileWith } from "@/lib/config/testing/shop-file";

const connections = (["prometheus", "alertmanager"] as const).map((kind) => ({ name: kind, kind, projects: ["shop"] }));

const metric = "{ name: errors, connection: prometheus, canary: a, baseline: b, max: 1.2x, window: 5m }";
const parts = {
  analysis: `analysis: { every: 30s, metrics: [${metric}] }`,
  rollBackWhen: "rollBackWhen: [{ restarts: 3, within: 5m }]",
};
const canary = ({ analysis, rollBackWhen }: Partial<typeof parts>) =>
  `{ canary: { ${["route: { httpRoute: api }", "steps: [{ weight: 5%, for: 1h }]", analysis, rollBackWhen].filter(Boolean).join(", ")} } }`;

/** Wherever a strategy may stand. */
const places = [
  {
    place: "an environment",
    path: "spec.environments[1].strategy",
    file: (strategy: string) => shopFileWith("{ rolling: { maxSurge: 1, maxUnavailable: 0, deadline: 5m } }", strategy),
  },
  {
    place: "a target",
    path: "spec.services[0].targets.production.strategy",
    file: (strategy: string) =>
      shopFileWith(
        "namespace: shop, deployment: api, container: api } }",
        `namespace: shop, deployment: api, container: api }, strategy: ${strategy} }`,
      ),
  },
];

function problems(text: string): string[] {
  const parsed = parseDocuments(text, connections);
  return parsed.ok ? [] : parsed.errors.map((error) => formatDocumentError(error));
}

/** Both services of the shop have a canary where the environment says so, and one of them is a StatefulSet. */
const ofDeployments = (found: string[]) => found.filter((one) => !one.includes("statefulSet"));

describe.each(places)("a canary of $place", ({ path, file }) => {
  const refused = (given: Partial<typeof parts>) => problems(file(canary(given))).join("\n");

  test("is accepted where somebody watches it", () => {
    expect(ofDeployments(problems(file(canary(parts))))).toEqual([]);
  });

  test("without analysis, or with one that decides nothing, is refused with path and what is allowed", () => {
    expect(refused({ rollBackWhen: parts.rollBackWhen })).toContain(`${path}.canary.analysis is missing; allowed: `);
    const none = { ...parts, analysis: "analysis: { every: 30s, metrics: [] }" };
    expect(refused(none)).toMatch(/\.canary\.analysis\.metrics .*has too few items; allowed: /);
    const dry = {
      ...parts,
      analysis: `analysis: { every: 30s, metrics: [${metric.replace(" }", ", dryRun: true }")}] }`,
    };
    expect(refused(dry)).toMatch(/are all dry runs.*; allowed: at least one without dryRun/);
    expect(refused(none)).toContain(`${path}.canary.analysis.metrics`);
    expect(refused(dry)).toContain(`${path}.canary.analysis.metrics`);
  });

  test("without anything that sends it back is refused with path and what is allowed", () => {
    const missing = refused({ analysis: parts.analysis });
    expect(missing).toContain(`${path}.canary.rollBackWhen is missing; allowed: `);
    const empty = refused({ ...parts, rollBackWhen: "rollBackWhen: []" });
    expect(empty).toContain(`${path}.canary.rollBackWhen`);
    expect(empty).toMatch(/has too few items; allowed: .*at least one/);
    expect(refused({})).toContain(`${path}.canary.analysis is missing`);
  });

  test("may ask an Alertmanager for alerts, and for nothing else", () => {
    const asks = (item: string) => refused({ ...parts, rollBackWhen: `rollBackWhen: [${item}]` });
    expect(ofDeployments(asks("{ alert: Down, connection: alertmanager }").split("\n"))).toEqual([""]);
    expect(ofDeployments(asks("{ alert: Down, connection: prometheus }").split("\n"))).toEqual([""]);
    expect(asks("{ memory: 90%, connection: alertmanager }")).toContain(
      `${path}.canary.rollBackWhen[0].connection ("alertmanager") is a connection of kind alertmanager, not prometheus`,
    );
    expect(asks("{ alert: Down, connection: cluster }")).toContain(
      `is a connection of kind kubernetes, not prometheus or alertmanager; allowed: prometheus, alertmanager`,
    );
    expect(asks("{ alert: Down, connection: nowhere }")).toContain("a connection of kind prometheus or alertmanager");
  });
});
