import { expect, type Page } from "@playwright/test";
import { buildImage, type Fault } from "@/sandbox/images";
import { pushImage } from "@/sandbox/push-image";
import { callApi } from "./api";
import { runningProduct } from "./product";
import { cluster } from "./sandbox";

/** A project of a test's own in the sandbox: one service, `api`, which runs v1.0.0 in staging and production. */
export interface OwnProject {
  name: string;
  /** Its file, as it was applied. */
  file: string;
  digests: Record<Version, string>;
}

export const versions = ["v1.0.0", "v1.1.0", "v1.2.0"] as const;
export type Version = (typeof versions)[number];

interface OwnProjectOptions {
  name: string;
  /** Lines of `people` beside the demo's own groups. */
  people?: string[];
  /** Whose approval production wants; nobody's unless told. */
  approvers?: string[];
  /** How recently they must have signed in; only then it is asked. */
  stepUp?: string;
  /** What is wrong with v1.2.0; where it is told, staging asks the health endpoint. */
  fault?: Fault;
  /** Nobody asks the health endpoint, so that what is wrong stays. */
  unasked?: true;
  /** Staging measures the error rate, and the latency against the time before; only then it watches for longer. */
  measured?: boolean;
  /** Staging goes by a canary of 25 and 50 percent behind an HTTPRoute, each for this long at least; a circuit breaker may send it back. */
  canaryFor?: string;
  /** Staging goes by two colours: `api` is blue there, behind a Service, with a preview that is asked before the switch. */
  colours?: true;
  /** In staging `api` is a Rollout of Argo Rollouts: half, an analysis, then it waits for somebody. */
  rollout?: true;
  /** Staging runs two jobs after a rollout: one over HTTP, started at this origin, and one of the cluster from a CronJob. */
  jobs?: string;
  /** More gates of production, a line each: `- freeze: {…}`. */
  gates?: string[];
  /** Production's objective: no request fails. It has failed already, because only what failed counts as good. */
  spent?: true;
}

/** Makes the project with Ada's rights and announces its releases; it is there when what runs was seen by Waybill. */
export async function makeOwnProject(ada: Page, options: OwnProjectOptions): Promise<OwnProject> {
  // Another name each time: it can be run again on a product that has run it before.
  const name = `${options.name}-${Date.now().toString(36)}`;
  const digests = { "v1.0.0": "", "v1.1.0": "", "v1.2.0": "" };
  for (const version of versions)
    digests[version] = await push(name, version, version === "v1.2.0" ? options.fault : undefined);
  for (const environment of ["staging", "production"]) {
    const isRouted = options.canaryFor !== undefined && environment === "staging";
    const isColoured = options.colours === true && environment === "staging";
    const labels: Labels = { track: {}, own: {} };
    if (isRouted) labels.track = { track: "stable" };
    if (isColoured) labels.own = { version: "blue" };
    const isRollout = options.rollout === true && environment === "staging";
    await deploy(name, environment, digests["v1.0.0"], labels, isRollout);
    if (isRouted) await route(`${name}-${environment}`);
    if (isColoured) await colour(`${name}-${environment}`);
  }
  if (options.jobs) await cronJob(name);
  const file = projectFile({ ...options, name });
  const applied = await callApi(ada, "PUT", "/documents", {
    data: file,
    headers: { "content-type": "application/yaml" },
  });
  expect(applied.status, `applying ${name}: ${JSON.stringify(applied.body)}`).toBe(200);
  for (const version of versions) {
    const artifacts = [{ service: "api", image: `${name}-api@${digests[version]}` }];
    const announced = await callApi(ada, "POST", "/releases", { data: { project: name, version, artifacts } });
    expect(announced.status, `announcing ${version}: ${JSON.stringify(announced.body)}`).toBe(201);
  }
  const seen = { status: 200, body: { items: [{ cells: [{ health: "healthy" }, { health: "healthy" }] }] } };
  await expect.poll(() => callApi(ada, "GET", `/matrix?project=${name}`), { timeout: 120_000 }).toMatchObject(seen);
  return { name, file, digests };
}

async function push(name: string, version: string, fault?: Fault): Promise<string> {
  const { registryUrl } = runningProduct().sandbox;
  const image = buildImage({ content: `${name} ${version}`, version, fault, created: new Date().toISOString() });
  return pushImage(image, { registryUrl, repository: `${name}-api`, tag: version });
}

/** Both stand on the pods; `own` is in the selector of their Deployment too. */
type Labels = Record<"track" | "own", Record<string, string>>;

async function deploy(
  name: string,
  environment: string,
  digest: string,
  { track, own }: Labels,
  isRollout: boolean,
): Promise<void> {
  const namespace = `${name}-${environment}`;
  const image = `${runningProduct().sandbox.registryHost}/${name}-api@${digest}`;
  await cluster("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
  const metadata = { name: "api", labels: { app: "api" } };
  const spec = {
    replicas: 1,
    selector: { matchLabels: { app: "api", ...own } },
    template: {
      metadata: { labels: { app: "api", ...track, ...own } },
      spec: { containers: [{ name: "api", image }] },
    },
  };
  if (isRollout) {
    const analysis = { templates: [{ templateName: "success-rate" }] };
    const canary = { steps: [{ setWeight: 50 }, { analysis }, { pause: {} }, { setWeight: 100 }] };
    const owned = { ...spec, replicas: 2, strategy: { canary } };
    await cluster("POST", `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/rollouts`, { metadata, spec: owned });
  } else await cluster("POST", `/apis/apps/v1/namespaces/${namespace}/deployments`, { metadata, spec });
}

/** A Service that selects blue, and a preview that waits for the other colour. */
async function colour(namespace: string): Promise<void> {
  for (const name of ["api", "api-preview"]) {
    const spec = { selector: { app: "api", version: "blue" }, ports: [{ port: 80 }] };
    await cluster("POST", `/api/v1/namespaces/${namespace}/services`, { metadata: { name }, spec });
  }
}

/** A strategy of two colours, the new one asked on its preview before the switch. */
function coloursBy(servicesUrl: string): string {
  const smoke = `[{ url: "${servicesUrl}/{namespace}/{previewService}/ready", jsonPath: $.status, equals: ok }]`;
  return `{ blueGreen: { previewService: api-preview, smoke: ${smoke}, watch: 2s, keepOldFor: 10m, deadline: 5m } }`;
}

/** What smoke tests are made from: a CronJob that is suspended for ever. */
async function cronJob(name: string): Promise<void> {
  const { registryUrl, registryHost } = runningProduct().sandbox;
  const labels = { "sandbox.log": "ok 1 - signs in\nok 2 - a cart takes an article\npassword=correct-horse-battery" };
  const image = buildImage({ content: `${name} tests`, created: new Date().toISOString(), labels });
  const digest = await pushImage(image, { registryUrl, repository: `${name}-tests`, tag: "v1" });
  const containers = [{ name: "tests", image: `${registryHost}/${name}-tests@${digest}` }];
  const template = { metadata: { labels: { app: "api-smoke" } }, spec: { restartPolicy: "Never", containers } };
  await cluster("POST", `/apis/batch/v1/namespaces/${name}-staging/cronjobs`, {
    metadata: { name: "api-smoke" },
    spec: { schedule: "0 0 31 2 *", suspend: true, jobTemplate: { spec: { backoffLimit: 0, template } } },
  });
}

/** One line of `verification`: what tests the release over HTTP, and in the sandbox's cluster. */
function jobsBy(name: string): string {
  const http = `{ job: { connection: ${name}-tests, start: "/{namespace}/{workload}/smoke-jobs", state: $.state, succeeded: passed, failed: failed, log: "/smoke-jobs/{$.id}/log", timeout: 5m } }`;
  return `{ watch: 1s, smoke: [${http}, { kubernetesJob: { cronJob: "{service}-smoke", timeout: 5m } }] }`;
}

/** Two Services that tell stable and canary pods apart, and a route that sends everything to the stable ones. */
async function route(namespace: string): Promise<void> {
  for (const [name, track] of [
    ["api", "stable"],
    ["api-canary", "canary"],
  ]) {
    const spec = { selector: { app: "api", track }, ports: [{ port: 80 }] };
    await cluster("POST", `/api/v1/namespaces/${namespace}/services`, { metadata: { name }, spec });
  }
  const backendRefs = [
    { name: "api", port: 80, weight: 100 },
    { name: "api-canary", port: 80, weight: 0 },
  ];
  await cluster("POST", `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes`, {
    metadata: { name: "api" },
    spec: { rules: [{ backendRefs }] },
  });
}

/** A strategy of two shares, whose error rate may not be five points above that of the stable pods. */
function canaryBy(name: string, span: string): string {
  const rate = (hash: string, status = "") =>
    `sum(rate(http_requests_total{namespace="{namespace}",pod_template_hash="{${hash}}"${status}}[{window}]))`;
  const errors = (hash: string) => `${rate(hash, ',status=~"5.."')} / ${rate(hash)}`;
  const metric = `{ name: error rate, connection: ${name}-metrics, canary: '${errors("canaryHash")}', baseline: '${errors("stableHash")}', max: +5%, window: 2s }`;
  const steps = [25, 50].map((weight) => `{ weight: ${weight}%, for: ${span} }`).join(", ");
  return `{ canary: { route: { httpRoute: api }, steps: [${steps}], analysis: { every: 1s, metrics: [${metric}] }, rollBackWhen: [{ restarts: 3, within: 5m }, { webhook: circuit-breaker }], deadline: 5m } }`;
}

const traffic = 'namespace="{namespace}",workload="{workload}"';

/** One line of `verification`: five seconds after the rollout against limits, and against the five before it. */
function measuredBy(name: string): string {
  const rate = (status: string) => `sum(rate(http_requests_total{${traffic}${status}}[{window}]))`;
  const errors = `${rate(',status=~"5.."')} / ${rate("")}`;
  const p99 = `histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{${traffic}}[{window}])))`;
  const metric = (fields: string) => `{ connection: ${name}-metrics, window: 5s, ${fields} }`;
  const metrics = [
    metric(`name: error rate, query: '${errors}', max: 5%`),
    metric(`name: p99 latency, query: '${p99}', max: 1.2x, unit: seconds`),
  ];
  return `{ watch: 6s, metrics: [${metrics.join(", ")}] }`;
}

function projectFile({
  name,
  people = [],
  approvers,
  stepUp,
  gates = [],
  fault,
  measured,
  canaryFor,
  colours,
  rollout,
  unasked,
  spent,
  jobs,
}: OwnProjectOptions): string {
  const { registryUrl, kubeconfigPath, servicesUrl, metricsUrl } = runningProduct().sandbox;
  const health = fault && !unasked ? `, health: [{ url: "${servicesUrl}/{namespace}/{workload}/health" }]` : "";
  const place = (environment: string) => {
    const service = colours && environment === "staging" ? ", service: api" : "";
    const isRollout = rollout === true && environment === "staging";
    const strategy = isRollout ? ", strategy: { delegated: { argoRollouts: {}, deadline: 5m } }" : "";
    return `{ kubernetes: { connection: ${name}-cluster, namespace: ${name}-${environment}, ${isRollout ? "rollout" : "deployment"}: api, container: api${service} }${strategy} }`;
  };
  const own = colours ? coloursBy(servicesUrl) : undefined;
  const strategy = own ?? (canaryFor ? canaryBy(name, canaryFor) : "{ rolling: { deadline: 5m } }");
  const fresh = stepUp ? `, stepUp: ${stepUp}` : "";
  const from = approvers?.join(", ");
  const approval = from ? [`- approval: { count: 1, from: [${from}], expiresAfter: 1h${fresh} }`] : [];
  const items = [...approval, ...gates].map((one) => `\n        ${one}`);
  const gate = items.length > 0 ? `\n      gates:${items.join("")}` : "";
  const requests = (status = "") => `sum(increase(http_requests_total{namespace="{namespace}"${status}}[{window}]))`;
  const slos = `
  slos:
    - { name: availability, target: 99%, window: 1h, connection: ${name}-metrics, good: '${requests(',status=~"5.."')}', total: '${requests()}' }
`;
  const usual = measured ? measuredBy(name) : `{ watch: 1s${health} }`;
  const tests = `apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: ${name}-tests }
spec: { projects: [${name}], http: { url: "${jobs}" } }
---
`;
  return `${jobs ? tests : ""}apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: ${name}-registry }
spec: { projects: [${name}], registry: { url: "${registryUrl}" } }
---
apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: ${name}-cluster }
spec: { projects: [${name}], kubernetes: { kubeconfig: "file:${kubeconfigPath}" } }
---
apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: ${name}-metrics }
spec: { projects: [${name}], prometheus: { url: "${metricsUrl}" } }
---
apiVersion: waybill.dev/v1
kind: Project
metadata: { name: ${name} }
spec:
  people:
    - { group: release, role: releaseManager }
    - { group: approvers, role: approver, environments: [production] }
    - { group: staff, role: viewer }
${people.map((line) => `    - ${line}\n`).join("")}  environments:
    - name: staging
      tag: staging
      strategy: ${strategy}
      verification: ${jobs ? jobsBy(name) : usual}
    - name: production
      tag: prod
      requires: { all: [staging] }${gate}
      strategy: { rolling: { deadline: 5m } }
      verification: { watch: 1s }
  services:
    - name: api
      image: { connection: ${name}-registry, repository: ${name}-api }
      targets:
        staging: ${place("staging")}
        production: ${place("production")}
${spent ? slos : ""}`;
}
