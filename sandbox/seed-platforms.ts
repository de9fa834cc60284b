import type { Fault } from "./images";
import type { FoundVulnerability } from "./scan-report";
import { morePlatforms } from "./seed-more-platforms";

export interface BuildPlan {
  /** The version tag; without one it is a build of a commit that was never meant to be released. */
  version?: string;
  /** More version tags on the same bytes: the candidate that became final. */
  candidate?: string;
  hoursAgo: number;
  fault?: Fault;
  /** What its label says of its changes to data; without one it says nothing. */
  migration?: "none" | "reversible" | "irreversible";
  /** What its pods print beside what every pod does: see `sandbox.log` in the README. */
  log?: string;
  /** Its image says how its health is asked for. */
  healthcheck?: true;
  /** The environments that run it at the start. */
  runsIn?: string[];
  /** What a scan of it found, and where the report is: with CI, which uploads it, or attached in the registry. */
  scan?: { at: "ci" | "registry"; found: FoundVulnerability[] };
}

export interface ServicePlan {
  name: string;
  repository: string;
  workload: string;
  container: string;
  builds: BuildPlan[];
  /** The environment in which a route shares its requests between two Services, so that it can have a canary. */
  routedIn?: string;
  /** What that route is: an HTTPRoute, unless told. */
  route?: "virtualService";
}

export interface PlatformPlan {
  name: string;
  title: string;
  source: string;
  /**
   * With `colours` everything there, or these services, is blue, behind a Service that says so and a preview Service; but
   * for what is routed there.
   */
  environments: { name: string; namespace: string; tag: string; replicas: number; colours?: true | string[] }[];
  services: ServicePlan[];
}

const day = 24;

const zlib: FoundVulnerability = {
  ...{ id: "CVE-2026-31007", severity: "MEDIUM", name: "zlib1g", installed: "1:1.2.13.dfsg-1" },
};
const curl: FoundVulnerability = {
  ...{ id: "CVE-2026-30412", severity: "LOW", name: "libcurl4", installed: "7.88.1-10", fixed: "7.88.1-11" },
};
const openssl: FoundVulnerability = {
  ...{ id: "CVE-2026-30998", severity: "HIGH", name: "libssl3", installed: "3.0.14-1", fixed: "3.0.15-1" },
};

/** As services are: it prints what it was given, secrets among it. */
const carelessLog = [
  "reading CHAT_REDIS_URL, CHAT_JWT_KEY",
  "dialing redis://chat:$CANARY_LOGGED@redis:6379/0",
  "redis said: NOAUTH Authentication required, password=$CANARY_LOGGED",
  "asking identity with Authorization: Bearer $CANARY_LOGGED",
  "panic: no session store after 3 attempts",
].join("\n");

function vezaService(
  name: string,
  repository: string,
  builds: BuildPlan[],
  more: Partial<ServicePlan> = {},
): ServicePlan {
  return { name, repository, workload: `veza-${name}`, container: name, builds, ...more };
}

function miniredisService(name: string, builds: BuildPlan[], more: Partial<ServicePlan> = {}): ServicePlan {
  return { name, repository: `miniredis/${name}`, workload: name, container: name, builds, ...more };
}

/** What the demo is seeded with, unless it is told. */
export const demoPlatforms = ["veza", "miniredis"] as const;

/** The plans of these names, in their order. Throws for one that there is not. */
export function platformsOf(names: readonly string[]): PlatformPlan[] {
  return names.map((name) => {
    const found = platforms.find((one) => one.name === name);
    if (!found)
      throw new Error(`no platform is called ${name}; there are ${platforms.map((one) => one.name).join(", ")}`);
    return found;
  });
}

/** Two platforms in the middle of their work: production behind staging, candidates in front of both, among them one
 * that crashes and one that answers with errors. Releases of one name move together. */
const ofTheDemo: PlatformPlan[] = [
  {
    name: "veza",
    title: "Veza",
    source: "https://github.com/okinrev/veza",
    environments: [
      { name: "staging", namespace: "veza-staging", tag: "staging", replicas: 1 },
      { name: "production", namespace: "veza-production", tag: "prod", replicas: 2, colours: true },
    ],
    services: [
      vezaService("backend", "veza-backend-api", [
        { version: "v2.4.0", candidate: "v2.4.0-rc.3", hoursAgo: 16 * day, runsIn: ["production"] },
        { hoursAgo: 8 * day },
        {
          version: "v2.4.1-rc.1",
          hoursAgo: 5 * day,
          migration: "none",
          runsIn: ["staging"],
          scan: { at: "ci", found: [zlib, curl] },
        },
        { hoursAgo: 2 * day },
        { version: "v2.4.1-rc.2", hoursAgo: 20, migration: "none", scan: { at: "ci", found: [zlib] } },
        { version: "v2.5.0-rc.1", hoursAgo: 3, migration: "irreversible", scan: { at: "ci", found: [openssl, zlib] } },
      ]),
      vezaService(
        "chat",
        "veza-chat-server",
        [
          { version: "v1.27.2", candidate: "v1.27.2-rc.2", hoursAgo: 21 * day, runsIn: ["production"] },
          { version: "v1.27.3-rc.1", hoursAgo: 9 * day, migration: "none", runsIn: ["staging"] },
          { version: "v1.27.3-rc.2", hoursAgo: 26, migration: "reversible" },
          { version: "v1.28.0-rc.1", hoursAgo: 2, migration: "none", fault: "crash", log: carelessLog },
        ],
        { routedIn: "production", route: "virtualService" },
      ),
      vezaService("stream", "veza-stream-server", [
        { version: "v3.12.0", candidate: "v3.12.0-rc.4", hoursAgo: 30 * day, runsIn: ["production", "staging"] },
        { hoursAgo: 6 * day },
        { version: "v3.12.1-rc.1", hoursAgo: 30, scan: { at: "registry", found: [curl] } },
        { version: "v3.13.0-rc.1", hoursAgo: 4, fault: "errors" },
      ]),
      vezaService("frontend", "veza-frontend", [
        { version: "v1.8.4", candidate: "v1.8.4-rc.1", hoursAgo: 12 * day, runsIn: ["production"] },
        { version: "v1.8.5-rc.1", hoursAgo: 4 * day, runsIn: ["staging"] },
        { version: "v1.8.5-rc.2", hoursAgo: 22 },
        { version: "v2.5.0-rc.1", hoursAgo: 3 },
      ]),
    ],
  },
  {
    name: "miniredis",
    title: "MiniRedis",
    source: "https://github.com/miniredis/miniredis",
    environments: [
      { name: "staging", namespace: "miniredis-staging", tag: "staging", replicas: 1 },
      { name: "production", namespace: "miniredis-prod", tag: "prod", replicas: 2 },
    ],
    services: [
      miniredisService("auth-service", [
        { version: "v2.0.4", hoursAgo: 40 * day, runsIn: ["production", "staging"] },
        { version: "v2.1.0-rc.1", hoursAgo: 7, fault: "unready" },
      ]),
      miniredisService("backend", [
        { version: "v1.7.5", candidate: "v1.7.5-rc.2", hoursAgo: 18 * day, runsIn: ["production"] },
        { version: "v1.8.0-rc.2", hoursAgo: 3 * day, runsIn: ["staging"] },
        { version: "v1.8.0-rc.3", hoursAgo: 9 },
      ]),
      miniredisService("node-manager", [
        { version: "v0.5.11", hoursAgo: 25 * day, runsIn: ["production"] },
        { version: "v0.6.0-rc.8", hoursAgo: 2 * day, runsIn: ["staging"] },
        { version: "v0.6.0-rc.9", hoursAgo: 5 },
      ]),
      miniredisService(
        "api-gateway",
        [
          { version: "v1.2.9", candidate: "v1.2.9-rc.1", hoursAgo: 14 * day, runsIn: ["production"] },
          { version: "v1.3.0-rc.1", hoursAgo: 4 * day, runsIn: ["staging"] },
          { version: "v1.3.0-rc.2", hoursAgo: 11 },
          { version: "v1.3.0-rc.3", hoursAgo: 1, fault: "slow" },
        ],
        { routedIn: "production" },
      ),
      miniredisService("monitoring-service", [
        { version: "v0.13.6", hoursAgo: 33 * day, runsIn: ["production", "staging"] },
        { hoursAgo: 3 * day },
        { version: "v0.14.0-rc.1", hoursAgo: 28 },
      ]),
      miniredisService("frontend", [
        { version: "v0.9.3", candidate: "v0.9.3-rc.2", hoursAgo: 10 * day, runsIn: ["production"] },
        { version: "v0.9.4-rc.1", hoursAgo: 2 * day, runsIn: ["staging"] },
        { version: "v0.9.4-rc.2", hoursAgo: 6 },
      ]),
    ],
  },
];

/** Every platform that there is an example of. */
export const platforms: PlatformPlan[] = [...ofTheDemo, ...morePlatforms];
