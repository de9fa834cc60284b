import type { Plan, PlannedService } from "@/lib/pipeline/plan/plan";
import type { Digest } from "@/lib/pipeline/release/digest";

/** A well-formed digest that is easy to tell apart: `digestOf("a")` is sha256:aaaa…. */
export function digestOf(hexDigit: string): Digest {
  return `sha256:${hexDigit.repeat(64)}` as Digest;
}

/** A service of a test's plan: runs `b`, goes to `a`, would go back to `b`. */
export function aService(service: string, extra: Partial<PlannedService> = {}): PlannedService {
  return {
    service,
    connection: "registry",
    repository: `demo-${service}`,
    image: `registry.example.com/demo-${service}`,
    target: {
      kind: "kubernetes",
      connection: "cluster",
      namespace: "demo",
      workload: { kind: "deployment", name: service },
      container: service,
    },
    from: { digest: digestOf("b"), version: "v1.0.0" },
    to: { digest: digestOf("a"), version: "v1.1.0", platforms: [], revision: null },
    rollback: { digest: digestOf("b"), version: "v1.0.0", release: null, verified: true },
    strategy: { kind: "rolling", deadlineMs: 60_000 },
    ...extra,
  };
}

/** A service as of `aService` that goes by two colours, with one smoke test on its preview. */
export function aBlueGreenService(service: string, extra: Partial<PlannedService> = {}): PlannedService {
  const plain = aService(service);
  return {
    ...plain,
    target: { ...plain.target, service, colourLabel: "version" },
    strategy: {
      kind: "blueGreen",
      label: "version",
      previewService: `${service}-preview`,
      smoke: [{ url: "https://{previewService}.example.com/ready", status: 200 }],
      watchMs: 5_000,
      keepOldForMs: 1_800_000,
      deadlineMs: 60_000,
    },
    ...extra,
  };
}

/** A service as of `aService` that goes by a canary of 25 and 50 percent, with one metric. */
export function aCanaryService(service: string, extra: Partial<PlannedService> = {}): PlannedService {
  return {
    ...aService(service),
    strategy: {
      kind: "canary",
      route: { kind: "httpRoute", name: service },
      steps: [
        { weight: 25, forMs: 60_000 },
        { weight: 50, forMs: 120_000 },
      ],
      analysis: {
        everyMs: 10_000,
        metrics: [
          {
            name: "error rate",
            connection: "metrics",
            query: "errors",
            max: { kind: "value", value: 0.05, unit: "share" },
            minSamples: 1,
            consecutive: 1,
            judge: { kind: "threshold" },
            onInconclusive: "rollBack",
            unit: "share",
          },
        ],
        deadlineMs: 600_000,
      },
      rollBackWhen: [{ kind: "restarts", restarts: 3, withinMs: 300_000 }],
      deadlineMs: 60_000,
    },
    ...extra,
  };
}

/** A service as of `aService` whose Rollout Argo Rollouts owns. */
export function aDelegatedService(service: string, extra: Partial<PlannedService> = {}): PlannedService {
  const plain = aService(service);
  return {
    ...plain,
    target: { ...plain.target, workload: { kind: "rollout", name: service } },
    strategy: { kind: "delegated", controller: "argoRollouts", withoutAnalysis: false, deadlineMs: 60_000 },
    ...extra,
  };
}

/** A plan for tests: two services to production, one approval, one health check, a watch of ten seconds, a tag each. */
export function aPlan(extra: Partial<Plan> = {}): Plan {
  const services = extra.services ?? [aService("backend"), aService("chat")];
  return {
    v: 1,
    kind: "promote",
    project: "demo",
    environment: "production",
    release: "platform-1",
    version: "v1.1.0",
    policyVersion: 3,
    services,
    gates: [{ kind: "approval", count: 1, from: ["approvers"], expiresAfterMs: 3_600_000 }],
    verification: {
      health: [{ url: "https://{service}.example.com/health", status: 200 }],
      smoke: [],
      watchMs: 10_000,
    },
    onFailure: "rollBack",
    queue: "fifo",
    tags: services.map((one) => ({ service: one.service, tag: "prod" })),
    ...extra,
  };
}
