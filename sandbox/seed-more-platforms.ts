import type { BuildPlan, PlatformPlan, ServicePlan } from "./seed-platforms";

const day = 24;

const service = (
  platform: string,
  name: string,
  builds: BuildPlan[],
  more: Partial<ServicePlan> = {},
): ServicePlan => ({ name, repository: `${platform}/${name}`, workload: name, container: name, builds, ...more });

/** What runs everywhere, and a candidate that runs nowhere yet. */
const builds = (live: string, candidate: string, everywhere: string[], more: Partial<BuildPlan> = {}): BuildPlan[] => [
  { version: live, hoursAgo: 20 * day, runsIn: everywhere, ...more },
  { version: candidate, hoursAgo: 6, ...more },
];

const threeSteps = ["testing", "staging", "production"];
const twoSteps = ["staging", "production"];
const antigravitySteps = ["dev", "staging", "production"];
const healthy = { healthcheck: true } as const;

/** Platforms that the demo leaves out unless it is asked for them; each has its example and its strategies. */
export const morePlatforms: PlatformPlan[] = [
  {
    name: "mosaic",
    title: "Mosaic",
    source: "https://github.com/mosaic-platform/mosaic",
    environments: [
      { name: "testing", namespace: "mosaic-testing", tag: "testing", replicas: 1 },
      { name: "staging", namespace: "mosaic-staging", tag: "staging", replicas: 1 },
      { name: "production", namespace: "mosaic-prod", tag: "prod", replicas: 2, colours: true },
    ],
    services: [
      service("mosaic", "web", builds("v3.4.0", "v3.5.0-rc.2", threeSteps)),
      service("mosaic", "worker", builds("v3.4.0", "v3.5.0-rc.2", threeSteps)),
      service("mosaic", "api", builds("v2.9.1", "v2.10.0-rc.1", threeSteps), { routedIn: "production" }),
    ],
  },
  {
    name: "madbase",
    title: "Madbase",
    source: "https://git.madapes.com/madbase/madbase",
    environments: [
      { name: "staging", namespace: "madbase-staging", tag: "staging", replicas: 1 },
      { name: "production", namespace: "madbase-prod", tag: "prod", replicas: 2 },
    ],
    services: ["gateway", "worker", "control", "proxy", "functions"].map((name) =>
      service("madbase", name, builds("v1.3.0", "v1.4.0-rc.1", twoSteps, healthy)),
    ),
  },
  {
    name: "antigravity",
    title: "Antigravity",
    source: "https://git.antigravity.dev/antigravity/antigravity",
    environments: [
      { name: "dev", namespace: "antigravity-dev", tag: "next", replicas: 1 },
      { name: "staging", namespace: "antigravity-staging", tag: "staging", replicas: 1 },
      { name: "production", namespace: "antigravity-prod", tag: "prod", replicas: 2, colours: ["accounts"] },
    ],
    services: [
      service("antigravity", "catalog", builds("v5.1.0", "v5.2.0-rc.1", antigravitySteps)),
      service("antigravity", "accounts", builds("v4.0.2", "v4.1.0-rc.1", antigravitySteps)),
      service("antigravity", "checkout", builds("v8.6.0", "v8.7.0-rc.3", antigravitySteps), { routedIn: "production" }),
    ],
  },
];
