import { describe, expect, it } from "vitest";
import { readHttpRoute } from "@/lib/adapters/kubernetes/canary/http-route";
import { readVirtualService } from "@/lib/adapters/kubernetes/canary/virtual-service";
import { weightOf, weightPatch } from "@/lib/adapters/kubernetes/canary/weights";

const services = { stable: "api", canary: "api-canary" };
const metadata = { name: "api", namespace: "shop", resourceVersion: "7", generation: 3 };
const by = { promotion: "prm_1", generation: 4 };
const http = (rules: object[], more: object = {}) => readHttpRoute({ metadata, spec: { rules }, ...more }, services);
const virtual = (routes: object[]) => readVirtualService({ metadata, spec: { http: routes } }, services);
const to = (name: string, weight?: number, more: object = {}) => ({
  name,
  ...(weight === undefined ? {} : { weight }),
  ...more,
});
const host = (name: string, weight?: number, subset?: string) => ({
  destination: { host: name, ...(subset === undefined ? {} : { subset }) },
  ...(weight === undefined ? {} : { weight }),
});

describe("an HTTPRoute", () => {
  it("is read with the API's defaults: a weight of 1, a Service of its own namespace", () => {
    expect(weightOf(http([{ backendRefs: [to("api"), to("api-canary")] }])).weight).toBe(50);
    expect(weightOf(http([{ backendRefs: [to("api", 3), to("api-canary", 1)] }])).weight).toBe(25);
    expect(weightOf(http([{ backendRefs: [to("api", 0), to("api-canary", 0)] }]))).toEqual({
      weight: undefined,
      words: "both weights are 0",
    });
  });

  it("is weighed in every rule that sends to both, and in nothing else", () => {
    const route = http([
      { backendRefs: [to("api-canary")] },
      { backendRefs: [to("api", 100), to("api-canary", 0)] },
      { backendRefs: [to("api")] },
      { backendRefs: [to("api-canary", 0), to("api", 100)] },
    ]);
    expect(route.problems).toEqual([]);
    expect(weightPatch(route, 10, by)).toEqual([
      { op: "replace", path: "/metadata/resourceVersion", value: "7" },
      {
        op: "add",
        path: "/metadata/annotations",
        value: { "waybill.dev/promotion": "prm_1", "waybill.dev/generation": "4" },
      },
      { op: "add", path: "/spec/rules/1/backendRefs/0/weight", value: 90 },
      { op: "add", path: "/spec/rules/1/backendRefs/1/weight", value: 10 },
      { op: "add", path: "/spec/rules/3/backendRefs/1/weight", value: 90 },
      { op: "add", path: "/spec/rules/3/backendRefs/0/weight", value: 10 },
    ]);
  });

  it("whose rules differ has no weight", () => {
    const route = http([
      { backendRefs: [to("api", 100), to("api-canary", 0)] },
      { backendRefs: [to("api", 60), to("api-canary", 40)] },
    ]);
    expect(weightOf(route)).toEqual({ weight: undefined, words: "its rules differ: 0 %, 40 %" });
  });

  it.each([
    ["to another namespace", [to("api"), to("api-canary", 0, { namespace: "other" })], "no rule sends to both"],
    [
      "to something that is no Service",
      [to("api"), to("api-canary", 0, { group: "x", kind: "Lambda" })],
      "no rule sends",
    ],
    ["elsewhere too", [to("api"), to("api-canary", 0), to("old", 1)], "rule 1 sends to Service old too"],
    ["to one Service twice", [to("api"), to("api", 5), to("api-canary", 0)], "rule 1 names a Service twice"],
  ])("that sends %s cannot share", (_, backendRefs, problem) => {
    expect(http([{ backendRefs }]).problems.join()).toContain(problem);
  });

  it("that its gateway does not take as it stands is told in the gateway's words", () => {
    const condition = { type: "ResolvedRefs", status: "False", reason: "BackendNotFound", message: "no such Service" };
    const status = (observedGeneration: number) => ({
      status: { parents: [{ parentRef: { name: "edge" }, conditions: [{ ...condition, observedGeneration }] }] },
    });
    const rules = [{ backendRefs: [to("api", 100), to("api-canary", 0)] }];
    expect(http(rules, status(3)).problems).toEqual([
      "HTTPRoute shop/api: edge says ResolvedRefs=False, BackendNotFound: no such Service",
    ]);
    // Of an earlier state of the route.
    expect(http(rules, status(2)).problems).toEqual([]);
  });
});

describe("a VirtualService", () => {
  it("is read with the API's defaults, by short names and by those of the cluster's domain", () => {
    const route = virtual([
      { match: [{ headers: { canary: { exact: "true" } } }], route: [host("api-canary")] },
      { route: [host("api.shop.svc.cluster.local"), host("api-canary.shop")] },
    ]);
    expect(route.problems).toEqual([]);
    // Beside others a destination without a weight gets nothing.
    expect(weightOf(route)).toEqual({ weight: undefined, words: "both weights are 0" });
    const weighed = virtual([{ route: [host("api", 95), host("api-canary", 5)] }]);
    expect(weightOf(weighed)).toEqual({ weight: 5, words: "5 %" });
  });

  it.each([
    ["another namespace's Service", [host("api.other", 100), host("api-canary", 0)], "no rule sends to both"],
    ["subsets of one Service", [host("api", 100, "v1"), host("api", 0, "v2")], "no rule sends to both"],
    ["a third host", [host("api", 90), host("api-canary", 0), host("legacy", 10)], "host legacy too"],
  ])("with %s cannot share", (_, route, problem) => {
    expect(virtual([{ route }]).problems.join()).toContain(problem);
  });
});
