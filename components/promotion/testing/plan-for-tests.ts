import type { Verdict, VerdictStatus } from "@/lib/pipeline/gates/gate";
import type { Plan } from "@/lib/pipeline/plan/plan";
import type { Digest } from "@/lib/pipeline/release/digest";
import type { ServiceFacts } from "@/lib/queries/plan-facts";

/** A digest of one digit. */
export function testDigest(digit: string): Digest {
  return `sha256:${digit.repeat(64)}` as Digest;
}

type TestPlan = Plan & { services: [Plan["services"][number], ...Plan["services"]] };

/** A plan in which nothing stands out. */
export function testPlan(over: Partial<Plan> = {}): TestPlan {
  return {
    v: 1,
    kind: "promote",
    project: "veza",
    environment: "production",
    release: "backend@v1.4.0",
    version: "v1.4.0",
    policyVersion: 3,
    services: [
      {
        service: "backend",
        connection: "registry",
        repository: "veza-backend-api",
        image: "registry.veza.app/veza-backend-api",
        target: {
          kind: "kubernetes",
          connection: "cluster",
          namespace: "veza-production",
          workload: { kind: "deployment", name: "veza-backend" },
          container: "backend",
        },
        from: { digest: testDigest("a"), version: "v1.3.2" },
        to: { digest: testDigest("b"), version: "v1.4.0", platforms: [], revision: "8e41b7d" },
        rollback: { digest: testDigest("a"), version: "v1.3.2", release: "backend@v1.3.2", verified: true },
        strategy: { kind: "rolling", deadlineMs: 600_000 },
      },
    ],
    gates: [{ kind: "hold" }, { kind: "block" }],
    verification: { health: [{ url: "https://veza.app/health", status: 200 }], smoke: [], watchMs: 900_000 },
    onFailure: "rollBack",
    queue: "fifo",
    tags: [{ service: "backend", tag: "prod" }],
    ...over,
  } as TestPlan;
}

/** Facts beside that plan in which nothing stands out. */
export function testFacts(): ServiceFacts {
  const image = {
    buildUrl: null,
    builtAt: "2026-11-20T10:00:00Z",
    announcedAt: "2026-11-20T10:05:00Z",
    sizeBytes: 100_000_000,
    user: "10001",
    healthcheck: true,
  };
  return {
    service: "backend",
    from: { ...image, release: "backend@v1.3.2", revision: "c40d9a1" },
    to: { ...image, release: "backend@v1.4.0", revision: "8e41b7d" },
    runs: {
      since: "2026-11-12T10:00:00Z",
      seenAt: "2026-11-21T10:00:00Z",
      ready: 6,
      desired: 6,
      health: "healthy",
      healthReason: null,
      driftSince: null,
      verifiedAt: "2026-11-12T10:20:00Z",
    },
    path: [{ environment: "staging", verifiedAt: "2026-11-21T06:00:00Z", promotion: "veza-1" }],
    wayBack: {
      verifiedAt: "2026-11-12T10:20:00Z",
      undone: [{ release: "backend@v1.4.0", migration: "none" }],
      undoneTotal: 1,
      config: { verified: "a", present: "a", seenAt: "2026-11-21T10:00:00Z" },
      reads: { configMaps: ["backend"], secrets: [], volumeClaims: [] },
      together: ["backend"],
    },
    recentFailures: 0,
  };
}

/** A verdict of a gate. */
export function testVerdict(gate: string, status: VerdictStatus, over: Partial<Verdict> = {}): Verdict {
  return { gate, status, demand: `${gate} demands`, summary: `${gate} says ${status}`, evidence: [], ...over };
}
