import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { fireTrigger } from "@/lib/commands/fire-trigger";
import { createPlatformWorld, type PlatformWorld } from "@/lib/engine/testing/platform-world";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";
import type { Fault } from "@/sandbox/images";
import type { Example } from "@/sandbox/project-files";

const strategyOf = (state: PromotionState) => state.plan.services[0]?.strategy.kind;
const stepsOf = (state: PromotionState) =>
  "rollouts" in state ? (state.rollouts[0]?.steps ?? []).map(({ step, status }) => `${step.id} ${status}`) : [];
const why = (state: PromotionState) => JSON.stringify("cause" in state ? state.cause : state).slice(0, 1_500);

/** Each service of these has another strategy in production; each goes through every environment, and back. */
const platforms: { name: Example; environments: string[]; services: Record<string, string> }[] = [
  { name: "veza", environments: ["staging", "production"], services: { backend: "blueGreen", chat: "canary" } },
  {
    name: "miniredis",
    environments: ["staging", "production"],
    services: { backend: "rolling", "api-gateway": "canary" },
  },
  { name: "mosaic", environments: ["testing", "production"], services: { web: "blueGreen", api: "canary" } },
  { name: "madbase", environments: ["staging", "production"], services: { gateway: "rolling" } },
  {
    name: "antigravity",
    environments: ["dev", "staging", "production"],
    services: { catalog: "rolling", accounts: "blueGreen" },
  },
];

describe.each(platforms)("$name, as it is written", ({ name, environments, services }) => {
  let world: PlatformWorld;
  beforeAll(async () => {
    world = await createPlatformWorld(name);
  });
  afterAll(() => world?.close());

  it("brings a build through every environment and its gates, and back", async () => {
    const lives = Object.entries(services).map(async ([service, strategy]) => {
      const { key, digest } = await world.build(service, "v90.0.0-rc.1");
      let last: PromotionState | undefined;
      for (const environment of environments) {
        last = await world.ended(await world.promote(key, environment));
        expect(last.phase, why(last)).toBe("succeeded");
        await expectSoundRecord(world, last.id, name);
      }
      if (!last) throw new Error("no environment");
      expect(strategyOf(last)).toBe(strategy);
      expect(last.plan.services[0]?.to.digest).toBe(digest);
      const back = await world.ended(await world.rollBack(service, "production"));
      expect(back.phase, why(back)).toBe("succeeded");
      expect(back.plan).toMatchObject({ kind: "rollback" });
    });
    await Promise.all(lives);
  });
});

describe("antigravity's checkout", () => {
  let world: PlatformWorld;
  let count = 0;
  beforeAll(async () => {
    world = await createPlatformWorld("antigravity");
  });
  afterAll(() => world?.close());

  const route = "/apis/gateway.networking.k8s.io/v1/namespaces/antigravity-prod/httproutes/checkout";
  async function weights(): Promise<number[]> {
    const { spec } = (await world.kubectl(route)) as { spec: { rules: { backendRefs: { weight: number }[] }[] } };
    return spec.rules.at(-1)?.backendRefs.map(({ weight }) => weight) ?? [];
  }

  it("has every share that the book says, and each begins with a pass of all six metrics", async () => {
    const { key } = await world.build("checkout", "v91.0.0-rc.1");
    for (const environment of ["dev", "staging"]) await world.ended(await world.promote(key, environment));
    const done = await world.ended(await world.promote(key, "production"));
    expect(done.phase, why(done)).toBe("succeeded");
    const shares = [5, 10, 25, 50].flatMap((weight) => [`weight:${weight} done`, `analyse:${weight} done`]);
    expect(stepsOf(done)).toEqual([
      "startCanary done",
      ...shares,
      "promoteStable done",
      "trafficHome done",
      "removeCanary done",
    ]);
    const analyses = "rollouts" in done ? (done.rollouts[0]?.steps ?? []).filter((one) => one.checks) : [];
    expect(analyses).toHaveLength(4);
    for (const { checks = [] } of analyses) {
      expect(checks.filter((one) => one.kind === "metric").map((one) => one.outcome)).toEqual(Array(6).fill("pass"));
      expect(checks.filter((one) => one.kind === "trigger")).toHaveLength(7);
    }
    expect(await weights()).toEqual([100, 0]);
    const back = await world.ended(await world.rollBack("checkout", "production"));
    expect(back.phase, why(back)).toBe("succeeded");
  });

  it("goes back to no share where it is worse, from the first share on", async () => {
    const { key, digest } = await world.build("checkout", "v91.1.0-rc.1", "unwell");
    for (const environment of ["dev", "staging"]) await world.ended(await world.promote(key, environment));
    const back = await world.ended(await world.promote(key, "production"));
    expect(back.phase, why(back)).toBe("rolledBack");
    expect(stepsOf(back)).toContain("analyse:5 failed");
    expect(await weights()).toEqual([100, 0]);
    await expect(world.promote(key, "production")).rejects.toThrow(
      `checkout ${digest.slice(7, 11)}…${digest.slice(-4)} is blocked`,
    );
  });

  /** The file with one of checkout's triggers alone, and limits of its metrics that nothing exceeds; production asks for nothing. */
  function withTrigger(index: number): string {
    const documents = parseAllDocuments(world.text) as Exclude<ReturnType<typeof parseAllDocuments>, { empty: true }>;
    const project = documents.at(-1);
    if (!project) throw new Error("no project");
    const production = ["spec", "environments", 2];
    project.deleteIn([...production, "gates"]);
    project.deleteIn([...production, "requires"]);
    const canary = ["spec", "services", 2, "targets", "production", "strategy", "canary"];
    const trigger = project.getIn([...canary, "rollBackWhen", index]);
    project.setIn([...canary, "rollBackWhen"], [trigger]);
    for (const metric of [0, 1, 2, 3, 4]) {
      project.setIn([...canary, "analysis", "metrics", metric, "max"], metric === 0 ? "+99%" : "99x");
    }
    project.setIn([...canary, "analysis", "metrics", 5, "min"], "0.01x");
    return documents.map((document) => document.toString({ lineWidth: 0 })).join("");
  }

  const underWay = (state: PromotionState) => stepsOf(state).some((one) => /^analyse:\d+ requested$/.test(one));
  async function alert(endsAt?: string): Promise<void> {
    const labels = { alertname: "ErrorBudgetBurn", service: "checkout" };
    const body = JSON.stringify([{ labels, ...(endsAt === undefined ? {} : { endsAt }) }]);
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${world.sandbox.metricsUrl}/api/v2/alerts`, { method: "POST", headers, body });
    expect(answer.status).toBe(200);
  }
  const report = () => ({
    ...{ project: "antigravity", environment: "production", service: "checkout", trigger: "circuit-breaker" },
    ...{ id: "breaker-of-payments", happenedAt: world.engine.now(), words: "payments do not answer" },
  });

  const triggers: { words: RegExp; fault?: Fault; happens?: () => Promise<unknown>; after?: () => Promise<void> }[] = [
    { words: /error rate above 5 % for 1s/, fault: "unwell" },
    { words: /p99 latency above 3 × baseline for 1s/, fault: "slow" },
    { words: /3 restarts within 1s/, fault: "flapping" },
    { words: /probes fail on more than 50 % of the pods/, fault: "fading" },
    { words: /memory above 90 % of its limit for 1s/, fault: "slow" },
    {
      words: /the alert ErrorBudgetBurn fires/,
      happens: () => alert(),
      after: () => alert(new Date().toISOString()),
    },
    {
      words: /circuit-breaker was reported from outside: payments do not answer/,
      happens: () => fireTrigger(world.engine, world.people.rita, report()),
    },
  ];

  it.each(triggers)("goes back to no share when $words", async ({ words, fault, happens, after }) => {
    await world.apply(withTrigger(count));
    const { key } = await world.build("checkout", `v92.${count}.0-rc.1`, fault);
    count += 1;
    const id = await world.promote(key, "production");
    await world.until(id, (state) => underWay(state) || state.phase !== "rollingOut");
    await happens?.();
    const back = await world.ended(id);
    await after?.();
    expect(back.phase, why(back)).toBe("rolledBack");
    expect("cause" in back ? back.cause?.reason : "").toMatch(words);
    expect(await weights()).toEqual([100, 0]);
    await expectSoundRecord(world, id, "antigravity");
  });
});
