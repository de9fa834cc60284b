import { json, sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import { GENESIS_HASH } from "@/lib/ledger/hash-chain";
import { hashPlan } from "@/lib/pipeline/plan/hash";
import type { Plan } from "@/lib/pipeline/plan/plan";
import { verification } from "@/lib/pipeline/policy/verification";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import type { Digest } from "@/lib/pipeline/release/digest";
import { startVerification } from "@/lib/pipeline/verification/start";
import type { DeployTarget, TargetObservation } from "@/lib/ports/deploy-target";
import type { World } from "@/lib/ports/world";

export const PROJECT = "measured";
export const METRICS = 5;

export const digest = `sha256:${"a".repeat(64)}` as Digest;
export const before = `sha256:${"b".repeat(64)}` as Digest;

/** Five metrics, of which two are compared with the time before, and a trigger of one of them. */
const policy = verification.parse({
  watch: "30d",
  metrics: Array.from({ length: METRICS }, (_, index) => ({
    name: `metric ${index}`,
    connection: "metrics",
    query: `sum(rate(requests_total{service="{service}",part="${index}"}[1m]))`,
    ...(index < 2 ? { max: "1.2x", window: "15m" } : { max: "5%" }),
  })),
  rollBackWhen: [{ metric: "metric 2", above: "20%", for: "2m" }],
});

/** A plan that brings one service from one digest to another. */
export function planOf(service: string): Plan {
  const target = {
    ...{ kind: "kubernetes" as const, connection: "cluster", namespace: "n", container: "app" },
    workload: { kind: "deployment" as const, name: service },
  };
  return {
    ...{ v: 1, kind: "promote", project: PROJECT, environment: "production", release: `${service}@v1`, version: "v1" },
    policyVersion: 1,
    services: [
      {
        ...{ service, connection: "registry", repository: service, image: `registry.test/${service}`, target },
        from: { digest: before, version: "v0" },
        to: { digest, version: "v1", platforms: [], revision: null },
        rollback: { digest: before, version: "v0", release: null, verified: true },
        strategy: { kind: "rolling", deadlineMs: 600_000 },
      },
    ],
    ...{ gates: [], verification: policy, onFailure: "rollBack", queue: "fifo", tags: [] },
  };
}

/** A promotion that stands somewhere in its life, and the work that is due for it. */
interface Standing {
  id: string;
  number: number;
  service: string;
  state: PromotionState;
  hash: string;
}

/** Brings a database to `count` promotions of one project that are verified, all of them due. */
export async function addMeasuredPromotions(engine: Engine, count: number): Promise<void> {
  const at = engine.now();
  const by = { kind: "system" as const, name: "start" as const };
  const rows = Array.from({ length: count }, (_, index) => {
    const plan = planOf(`service-${index}`);
    const id = `${PROJECT}-${index + 1}`;
    const state: PromotionState = {
      ...{ id, number: index + 1, project: PROJECT, plan, planHash: hashPlan(plan), requestedBy: by, requestedAt: at },
      ...{ reason: null, causedBy: null, expiresAt: at, approvals: [], verdicts: [], phase: "verifying", since: at },
      ...{ ...startVerification(plan, at), passedAt: null, tags: [] },
      rollouts: [
        {
          ...{ service: `service-${index}`, phase: "observed", generation: 1, requestedAt: at, acceptedAt: at },
          ...{ observedAt: at, ready: 1, desired: 1, runs: digest },
        },
      ],
    };
    return { id, number: index + 1, service: `service-${index}`, state, hash: state.planHash };
  });
  await insertPromotions(engine, rows, () => ({ id: "-:verify:1", kind: "verify", payload: {} }));
}

/** Writes promotions into an empty database as they stand, with one step each that is due. */
export async function insertPromotions(
  { pool }: Engine,
  standing: readonly Standing[],
  dueOf: (one: Standing) => { id: string; kind: string; payload: object },
): Promise<void> {
  const rows = standing.map((one) => {
    const due = dueOf(one);
    return { ...one, phase: one.state.phase, step: `${one.id}:${due.id}`, kind: due.kind, payload: due.payload };
  });
  await pool.execute(
    sql`insert into ledger_head (project, seq, hash, promotions) values (${PROJECT}, 0, ${GENESIS_HASH}, ${rows.length})`,
  );
  await pool.execute(
    sql`with r as (select * from jsonb_to_recordset(${json(rows)}::jsonb)
                     as r (id text, number int, service text, state jsonb, hash text, phase text, step text, kind text, payload jsonb)),
        made as (
          insert into promotion (id, project, number, environment, release, version, services, kind, phase, state, plan_hash,
                 requested_by, requested_at, changed_at, idempotency_key, request_hash)
          select id, ${PROJECT}, number, 'production', service || '@v1', 'v1', array[service], 'promote', phase, state, hash,
                 '{}', now(), now(), id, 'h' from r)
        insert into step (id, promotion, project, kind, payload, status, due_at)
        select step, id, ${PROJECT}, kind, payload, 'due', now() from r`,
  );
}

/** One pod of the new digest, which is ready. */
export function observation(): TargetObservation {
  const at = new Date().toISOString();
  const pod = { digest, ready: true, restarts: 0, phase: "Running", node: undefined, startedAt: at, current: true };
  return {
    ...{ at, exists: true, specImage: `registry.test/x@${digest}`, specDigest: digest, promotion: undefined },
    ...{ generation: 1, targetGeneration: 1, observedGeneration: 1, resourceVersion: "1" },
    ...{ desired: 1, updated: 1, ready: 1, available: 1, failure: undefined },
    pods: [{ name: "p", ...pod, trouble: undefined }],
  };
}

/** A cluster in which everything runs what it should, and nothing else that a verification without endpoints asks. */
export function measuredWorld(metrics: World["metrics"]): World {
  const unused = () => Promise.reject(new Error("the bench does not use it"));
  const target: Pick<DeployTarget, "observe"> = { observe: async () => observation() };
  return {
    metrics,
    target: async () => target as DeployTarget,
    registry: async () => ({ resolve: async () => ({ digest, platforms: [] }) }) as never,
    ...{
      chat: unused,
      mail: unused,
      notifier: unused,
      httpJobs: unused,
      probe: { get: unused },
      outsideGate: () => ({ ask: unused }),
    },
    knownSecrets: async () => [],
    signatures: { verify: unused } as never,
  };
}
