import { describe, expect, it } from "vitest";
import { canaryLabels } from "@/lib/adapters/kubernetes/canary/labels";

const template = { app: "api", track: "stable", team: "shop" };
const selector = { matchLabels: { app: "api" } };
const services = (stable: Record<string, string>, canary: Record<string, string>) => ({
  stable: { name: "api", selector: stable },
  canary: { name: "api-canary", selector: canary },
});
const problems = (found: ReturnType<typeof canaryLabels>) => (found.kind === "missing" ? found.problems : []);

describe("the canary's labels", () => {
  it("are the stable pods', with those that the canary's Service asks for in their place", () => {
    const own = { app: "api", track: "canary" };
    expect(
      canaryLabels("deployment api", { template, selector }, services({ app: "api", track: "stable" }, own)),
    ).toEqual({
      kind: "fit",
      labels: { app: "api", track: "canary", team: "shop", "waybill.dev/track": "canary" },
      selector: { app: "api", "waybill.dev/track": "canary" },
    });
  });

  it("follow the canary's Service where the stable Deployment selects by the same label", () => {
    const strict = { matchLabels: { app: "api", track: "stable" } };
    const found = canaryLabels(
      "deployment api",
      { template, selector: strict },
      services({ app: "api", track: "stable" }, { app: "api", track: "canary" }),
    );
    expect(found).toMatchObject({ selector: { app: "api", track: "canary", "waybill.dev/track": "canary" } });
  });

  it("without a route stay those that the one Service selects", () => {
    expect(canaryLabels("deployment api", { template, selector }, undefined)).toMatchObject({
      labels: { ...template, "waybill.dev/track": "canary" },
    });
  });

  it.each([
    ["does not select the pods of deployment api", { app: "other" }, { app: "api", track: "canary" }],
    ["selects the stable pods too", { app: "api", track: "stable" }, { app: "api" }],
    ["would select the canary's pods too", { app: "api" }, { app: "api", track: "canary" }],
    ["selects nothing", { app: "api", track: "stable" }, {}],
  ])("are refused where a Service %s", (words, stable, canary) => {
    expect(problems(canaryLabels("deployment api", { template, selector }, services(stable, canary))).join()).toContain(
      words,
    );
  });

  it("need a selector to take them from", () => {
    const found = canaryLabels("deployment api", { template, selector: { matchExpressions: [] } }, undefined);
    expect(problems(found).join()).toContain("has no matchLabels");
  });
});
