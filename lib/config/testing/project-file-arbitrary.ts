import fc from "fast-check";
import { duration } from "@/lib/config/testing/duration-arbitrary";
import { freeze } from "@/lib/config/testing/freeze-arbitrary";
import { metricsArbitrary, triggersArbitrary } from "@/lib/config/testing/metric-arbitrary";
import type { JsonValue } from "@/lib/config/yaml-source";

const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/);
const amount = fc.oneof(
  fc.integer({ min: 1, max: 20 }),
  fc.integer({ min: 1, max: 100 }).map((value) => `${value}%`),
);
const optional = { requiredKeys: [] as [] };

const analysed = fc.record({
  route: fc.constantFrom(
    { httpRoute: "api" },
    { virtualService: "api", stableService: "api", canaryService: "api-next" },
    { replicas: true },
  ),
  steps: fc
    .uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 4 })
    .map((weights) => weights.sort((a, b) => a - b).map((weight) => ({ weight: `${weight}%`, for: "30d" }))),
  analysis: fc.constantFrom(
    { every: "30s", metrics: [{ name: "errors", connection: "metrics", query: "q", max: "5%" }] },
    {
      every: "1m",
      deadline: "1h",
      metrics: [{ name: "p99", connection: "metrics", canary: "a", baseline: "b", max: "1.2x", window: "15m" }],
    },
  ),
  rollBackWhen: fc.constantFrom(
    [{ restarts: 3, within: "5m" }],
    [{ probeFailures: "50%" }, { memory: "90%", for: "3m" }],
  ),
});
const strategy = fc.oneof(
  fc.record({ canary: analysed }),
  fc.record({ rolling: fc.record({ maxSurge: amount, maxUnavailable: amount, deadline: duration }, optional) }),
  fc.record({ recreate: fc.record({ deadline: duration }, optional) }),
);
/** Of a Rollout alone, which needs it. */
const delegatedStrategy = fc.record({
  delegated: fc.record(
    { argoRollouts: fc.record({ withoutAnalysis: fc.boolean() }, optional), deadline: duration },
    { requiredKeys: ["argoRollouts"] },
  ),
});
const flaggerStrategy = fc.record({
  delegated: fc.record(
    { flagger: fc.record({ canary: name, withoutAnalysis: fc.boolean() }, optional), deadline: duration },
    { requiredKeys: ["flagger"] },
  ),
});
/** Of a target alone: an environment's would need a Service of every target in it. */
const ownStrategy = fc.oneof(
  strategy,
  flaggerStrategy,
  fc.record({
    blueGreen: fc.oneof(
      fc.record({ watch: duration, keepOldFor: duration, label: name, deadline: duration }, optional),
      fc.record({
        previewService: fc.constantFrom("{workload}-preview", "green"),
        smoke: fc.constantFrom(
          [],
          [{ url: "http://{previewService}.{namespace}/ready", jsonPath: "$.a", equals: 1 }],
          [{ job: { start: "http://{previewService}/runs", state: "$.s", succeeded: "ok", failed: "bad" } }],
        ),
      }),
    ),
  }),
);
const url = fc.constantFrom("https://{service}.example.com/health", "http://{environment}.example.com:8080/{project}");
const health = fc.record(
  {
    url,
    status: fc.integer({ min: 100, max: 599 }),
    for: duration,
    maxLatency: fc.constantFrom("500ms", "2s"),
    headers: fc.constant({ "Content-Type": "application/json", "x-request-id": "*" }),
  },
  { requiredKeys: ["url"] },
);
const smoke = fc.oneof(
  health,
  fc.record({
    url,
    jsonPath: fc.constantFrom("$", "$.a", "$.a[0].b-c"),
    equals: fc.oneof(fc.string(), fc.integer(), fc.boolean()),
  }),
);
const job = fc.constantFrom(
  { start: "https://ci.example.com/{service}", state: "$.state", succeeded: "ok", failed: ["bad", 2, false] },
  {
    ...{ connection: "ci", start: "/runs/{version}", body: { digest: "{digest}", list: [1, null, "x"] } },
    ...{ status: "/runs/{$.id}", state: "$.a[0]", succeeded: [true], failed: false, log: "/runs/{$.id}/log" },
    ...{ timeout: "1h", onInconclusive: "hold" },
  },
  {
    connection: "ci",
    start: "/r",
    status: "$.url",
    log: "$.log",
    state: "$.s",
    succeeded: 0,
    failed: 1,
    timeout: "30s",
  },
);
const kubernetesJob = fc.constantFrom(
  { cronJob: "smoke" },
  { cronJob: "{service}-smoke", timeout: "20m", onInconclusive: "hold" },
);
const verification = fc.record(
  {
    health: fc.array(health, { maxLength: 2 }),
    smoke: fc.array(fc.oneof(smoke, fc.record({ job }), fc.record({ kubernetesJob })), { maxLength: 2 }),
    metrics: metricsArbitrary,
    rollBackWhen: triggersArbitrary,
    watch: duration,
  },
  optional,
);

/** Adds what is given, so that an absent part is an absent key and not one without a value. */
// What the arbitraries draw is plain data, which its own types say in other words.
const given = (key: string, value: unknown) => (value === undefined ? {} : { [key]: value as JsonValue });

/** Gates whose form depends on nothing else in the file. */
const vulnerabilities = fc.constantFrom(
  { critical: 0, high: 3, unrated: 1, from: ["upload"] },
  { low: 0, maxAge: "7d", allow: [{ id: "CVE-2026-1", until: "2026-12-31", reason: "not reached" }] },
);
const signature = fc.constantFrom(
  { keys: ["file:/etc/waybill/cosign.pub", "env:COSIGN_KEY"] },
  {
    identities: [{ issuer: "https://token.example.com", subject: "https://git.example.com/shop/*" }],
    trustedRoot: "file:/etc/waybill/trusted_root.json",
  },
);
const image = fc.constantFrom(
  { maxSize: "200MB", nonRoot: true, labels: ["org.opencontainers.image.revision"] },
  { maxSize: "2GiB", healthcheck: true, architectures: ["amd64", "arm/v7"] },
  { base: ["docker.io/library/debian:12", "registry.example.com/base/*"] },
);

const webhook = fc.constantFrom(
  { url: "https://change.example.com/check", secret: "env:CHANGE_SECRET" },
  { url: "http://change.internal:8080/", secret: "file:/run/secrets/change", timeout: "5s", passFor: "1h" },
);

/** At most one gate of each kind, for people of `group`. */
function gatesFor(own: string, before: readonly string[], group: string): fc.Arbitrary<JsonValue[]> {
  const some = { count: fc.integer({ min: 1, max: 10 }), from: fc.constant([group]) };
  const more = { expiresAfter: duration, stepUp: duration };
  const approval = fc.oneof(
    fc.record({ ...some, ...more }, { requiredKeys: ["count", "from"] }),
    fc.record(
      { groups: fc.array(fc.record(some), { minLength: 1, maxLength: 3 }), ...more },
      { requiredKeys: ["groups"] },
    ),
  );
  const soak = fc.record({ in: fc.constantFrom(...before, own), for: duration });
  const tests = fc.record(
    { checks: fc.constantFrom(["e2e"], ["e2e", "load test"]), in: fc.constantFrom(...before, own), maxAge: duration },
    { requiredKeys: ["checks"] },
  );
  const items = [
    { text: "on-call told", by: [group, "ana@example.com"], otherThanRequester: true },
    { text: "backup made" },
    "migrations are backward-compatible",
  ];
  const checklist = fc.subarray(items, { minLength: 1 }).map((some) => ({ items: some }));
  const maybe = <Value>(gate: fc.Arbitrary<Value>) => fc.option(gate, { nil: undefined });
  return fc
    .record({
      approval: maybe(approval),
      soak: before.length === 0 ? fc.constant(undefined) : maybe(soak.filter((gate) => gate.in !== own)),
      image: maybe(image),
      freeze: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: freeze }),
      vulnerabilities: maybe(vulnerabilities),
      tests: maybe(tests),
      webhook: maybe(webhook),
      checklist: maybe(checklist),
      signature: maybe(signature),
    })
    .map((gates) =>
      Object.entries(gates).flatMap(([kind, gate]) => (gate === undefined ? [] : [{ [kind]: gate as JsonValue }])),
    );
}

/** An environment after those named in `before`: it may need the ones before it, and so never makes a cycle. */
function environment(own: string, before: readonly string[], group: string): fc.Arbitrary<JsonValue> {
  const earlier = before.length === 0 ? fc.constant([]) : fc.subarray([...before], { minLength: 1 });
  return fc
    .record({
      parts: fc.record(
        {
          strategy,
          verification,
          onFailure: fc.constantFrom("rollBack", "hold"),
          queue: fc.constantFrom("fifo", "newest"),
          autoPromote: fc.constantFrom("off", "newest"),
        },
        optional,
      ),
      form: fc.constantFrom("all", "any"),
      upstream: earlier,
      gates: gatesFor(own, before, group),
      tagged: fc.boolean(),
    })
    .map(
      ({ parts, form, upstream, gates, tagged }): JsonValue => ({
        name: own,
        ...given("tag", tagged ? `at-${own}` : undefined),
        ...given("requires", upstream.length > 0 ? { [form]: upstream } : undefined),
        ...given("gates", gates.length > 0 ? gates : undefined),
        ...(parts as { [key: string]: JsonValue }),
      }),
    );
}

function service(own: string, environments: readonly string[]): fc.Arbitrary<JsonValue> {
  return fc
    .record({
      path: fc.option(name, { nil: undefined }),
      way: fc.oneof(
        fc.option(ownStrategy, { nil: undefined }).map((strategy) => ({ isRollout: false, strategy })),
        delegatedStrategy.map((strategy) => ({ isRollout: true, strategy })),
      ),
    })
    .map(
      ({ path, way: { isRollout, strategy } }): JsonValue => ({
        name: own,
        image: { connection: "registry", repository: `shop/${own.replace(/-+/g, "-")}` },
        ...given("source", path === undefined ? undefined : { repository: "https://git.example.com/shop", path }),
        targets: Object.fromEntries(
          environments.map((environment) => [
            environment,
            {
              kubernetes: {
                ...{ connection: "cluster", namespace: environment, container: own },
                ...(isRollout ? { rollout: own } : { deployment: own, service: `${own}-service` }),
              },
              ...given("strategy", strategy),
            },
          ]),
        ),
      }),
    );
}

const connection = (name: string, spec: { [key: string]: JsonValue }): JsonValue => ({
  apiVersion: "waybill.dev/v1",
  kind: "Connection",
  metadata: { name },
  spec: { projects: ["shop"], ...spec },
});
const connections = [
  connection("registry", { registry: { url: "https://registry.example.com" } }),
  connection("cluster", { kubernetes: { inCluster: true } }),
  connection("metrics", { prometheus: { url: "https://metrics.example.com" } }),
  connection("alerts", { alertmanager: { url: "https://alerts.example.com" } }),
  connection("ci", {
    http: { url: "https://ci.example.com", token: "env:CI_TOKEN", headers: { "X-Team": "file:/t" } },
  }),
];

const names = fc.uniqueArray(name, { minLength: 1, maxLength: 4 });

/** Valid project files, as plain data: two connections and a project whose parts are drawn. */
export const projectFileArbitrary: fc.Arbitrary<JsonValue[]> = fc
  .record({ environments: names, services: names, group: name, title: fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/) })
  .chain(({ environments, services, group, title }) =>
    fc
      .record({
        environments: fc.tuple(
          ...environments.map((own, index) => environment(own, environments.slice(0, index), group)),
        ),
        services: fc.tuple(...services.map((own) => service(own, environments))),
      })
      .map((spec): JsonValue[] => [
        ...connections,
        {
          apiVersion: "waybill.dev/v1",
          kind: "Project",
          metadata: { name: "shop", title },
          spec: { people: [{ group, role: "approver" }], ...spec },
        },
      ]),
  );
