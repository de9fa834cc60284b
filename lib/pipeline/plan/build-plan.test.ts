import { describe, expect, it } from "vitest";
import { buildPlan, type CurrentState, type PlanInputs, type PlannedArtifact } from "@/lib/pipeline/plan/build-plan";
import { projectDocument } from "@/lib/pipeline/policy/project";
import { digestOf } from "@/lib/pipeline/promotion/testing/a-plan";

const target = (service: string, environment: string) => ({
  [environment]: {
    kubernetes: { connection: "cluster", namespace: `shop-${environment}`, deployment: service, container: "app" },
  },
});

const project = projectDocument.parse({
  apiVersion: "waybill.dev/v1",
  kind: "Project",
  metadata: { name: "shop" },
  spec: {
    environments: [
      { name: "staging", tag: "staging" },
      {
        name: "production",
        requires: { all: ["staging"] },
        gates: [{ approval: { count: 1, from: ["approvers"] } }],
        onFailure: "hold",
        queue: "newest",
      },
    ],
    services: [
      {
        name: "web",
        image: { connection: "registry", repository: "shop/web" },
        targets: { ...target("web", "staging"), ...target("web", "production") },
      },
      {
        name: "backend",
        image: { connection: "registry", repository: "shop/backend" },
        targets: target("backend", "staging"),
      },
    ],
  },
});

const artifact = (service: string, extra: Partial<PlannedArtifact> = {}): PlannedArtifact => {
  return { service, digest: digestOf("a"), version: "v2.0.0", platforms: [], revision: null, ...extra };
};
const state = (service: string, runs: string | null, verified: string | null): CurrentState => ({
  service,
  runs: runs === null ? null : { digest: digestOf(runs), version: `v-${runs}` },
  lastVerified:
    verified === null ? null : { digest: digestOf(verified), version: `v-${verified}`, release: `r-${verified}` },
});

function build(extra: Partial<PlanInputs> = {}) {
  return buildPlan({
    kind: "promote",
    project,
    policyVersion: 4,
    environment: "staging",
    release: "shop-2",
    version: "v2.0.0",
    artifacts: [artifact("backend"), artifact("web")],
    current: [],
    registryHosts: { registry: "registry.example.com:5000" },
    ...extra,
  });
}

describe("a plan", () => {
  it("moves services in the order of the project file, whatever order the release names them in", () => {
    const plan = build();
    expect(plan.kind === "promote" && plan.services.map((one) => one.service)).toEqual(["web", "backend"]);
    expect(plan.kind === "promote" && plan.services[0]?.image).toBe("registry.example.com:5000/shop/web");
  });

  it("is the same whatever order its facts come in", () => {
    const current = [state("web", "b", "b"), state("backend", "b", null)];
    const artifacts = [artifact("backend", { platforms: [digestOf("2"), digestOf("1")] }), artifact("web")];
    const turned = [artifact("web"), artifact("backend", { platforms: [digestOf("1"), digestOf("2")] })];
    expect(build({ artifacts, current })).toEqual(build({ artifacts: turned, current: current.toReversed() }));
  });

  it("does not change the facts that it is made of", () => {
    const platforms = [digestOf("2"), digestOf("1")];
    build({ artifacts: [artifact("web", { platforms })] });
    expect(platforms).toEqual([digestOf("2"), digestOf("1")]);
  });

  it("carries the policy: gates with hold and block behind them, verification, queue, tags", () => {
    const plan = build({ environment: "production", artifacts: [artifact("web")] });
    if (plan.kind === "noPlan") throw new Error(plan.message);
    expect(plan.gates.map((gate) => gate.kind)).toEqual(["upstream", "approval", "hold", "block", "pin"]);
    expect(plan).toMatchObject({ onFailure: "hold", queue: "newest", policyVersion: 4, tags: [] });
    const staged = build({ artifacts: [artifact("web")] });
    expect(staged).toMatchObject({ gates: [{ kind: "hold" }, { kind: "block" }, { kind: "pin" }] });
    expect(staged).toMatchObject({ tags: [{ service: "web", tag: "staging" }] });
  });

  it("of a rollback asks only for blocks", () => {
    const plan = build({ kind: "rollback", environment: "production", artifacts: [artifact("web")] });
    expect(plan).toMatchObject({ kind: "rollback", gates: [{ kind: "block" }] });
  });
});

describe("where no plan can be made", () => {
  const table: [string, Partial<PlanInputs>, string, string][] = [
    ["the environment is unknown", { environment: "qa" }, "unknownEnvironment", `"qa"`],
    ["the environment is a word of JavaScript", { environment: "constructor" }, "unknownEnvironment", "constructor"],
    ["a service has no target there", { environment: "production" }, "noTarget", "backend has no target in production"],
    ["the registry is not there", { registryHosts: {} }, "noRegistry", `"registry" of web`],
    ["a service left the project", { artifacts: [artifact("web"), artifact("old")] }, "unknownService", `"old"`],
    ["nothing is in the release", { artifacts: [] }, "nothingToMove", "shop-2"],
  ];
  it.each(table)("because %s, it says so", (_, inputs, code, words) => {
    const answer = build(inputs);
    expect(answer).toMatchObject({ kind: "noPlan", code });
    expect(answer.kind === "noPlan" && answer.message).toContain(words);
  });
});

describe("where a service would go back to", () => {
  // runs, verified last, goes to → rollback digest and whether it is verified
  const table: [string | null, string | null, string, [string, boolean] | null][] = [
    ["b", "b", "a", ["b", true]],
    ["c", "b", "a", ["b", true]], // what runs was changed by hand: back to what was verified
    ["b", null, "a", ["b", false]], // nothing was ever verified: what ran before
    [null, null, "a", null],
    [null, "b", "a", ["b", true]], // scaled away: what was verified
    ["a", null, "a", null], // runs already, never verified: there is nothing else
    ["a", "b", "a", ["b", true]],
    ["c", "a", "a", ["c", false]], // verified is what is about to be tried: back to what runs
    ["a", "a", "a", ["a", true]],
    [null, "a", "a", null],
  ];
  it.each(table)("runs %s, verified %s, goes to %s: %j", (runs, verified, to, expected) => {
    const plan = build({
      artifacts: [artifact("web", { digest: digestOf(to) })],
      current: [state("web", runs, verified)],
    });
    const rollback = plan.kind === "promote" ? plan.services[0]?.rollback : undefined;
    expect(rollback && [rollback.digest, rollback.verified]).toEqual(expected && [digestOf(expected[0]), expected[1]]);
    if (rollback?.verified) expect(rollback.release).toBe(`r-${verified}`);
  });
});
