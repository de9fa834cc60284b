import { actorOf, type PersonPrincipal } from "@/lib/auth/principal";
import { signInDemoPeople } from "@/lib/auth/sign-in-demo-people";
import { applyDocuments } from "@/lib/commands/apply-documents";
import type { Pool } from "@/lib/db/pool";
import { json, sql } from "@/lib/db/sql";
import { composeEngine } from "@/lib/engine/compose";
import { judge } from "@/lib/facts/assess";
import { loadPlans, type PlanSubject } from "@/lib/facts/plan-inputs";
import { hashPlan } from "@/lib/pipeline/plan/hash";
import { decide } from "@/lib/pipeline/promotion/decide";
import { evolve } from "@/lib/pipeline/promotion/evolve";
import type { PromotionInput } from "@/lib/pipeline/promotion/input";
import type { PromotionState } from "@/lib/pipeline/promotion/state";

export const PROJECT = "waiting";
const services = 100;

/** Eight gates in production: upstream, approval, two soaks, freeze, image, hold, block. */
function projectFile(): string {
  const target = (service: string, environment: string) =>
    `${environment}: { kubernetes: { connection: cluster, namespace: ${environment}, deployment: ${service}, container: app } }`;
  const names = Array.from({ length: services }, (_, index) => `service-${index}`);
  return `apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: registry }
spec: { projects: [${PROJECT}], registry: { url: "http://127.0.0.1:1" } }
---
apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: cluster }
spec: { projects: [${PROJECT}], kubernetes: { kubeconfig: "file:/nowhere" } }
---
apiVersion: waybill.dev/v1
kind: Project
metadata: { name: ${PROJECT} }
spec:
  people:
    - { group: release, role: releaseManager }
    - { group: approvers, role: approver }
  environments:
    - name: staging
    - name: production
      requires: { all: [staging] }
      gates:
        - approval: { count: 2, from: [approvers], expiresAfter: 7d }
        - soak: { in: staging, for: 1h }
        - soak: { in: staging, for: 2h }
        - freeze:
            timezone: Europe/Paris
            deny: [{ name: nights, rrule: "FREQ=DAILY", start: "23:00", lasts: 6h }]
        - image: { nonRoot: true, healthcheck: true }
  services:
${names
  .map(
    (name) => `    - name: ${name}
      image: { connection: registry, repository: ${name} }
      targets:
        ${target(name, "staging")}
        ${target(name, "production")}`,
  )
  .join("\n")}
`;
}

/** Brings a database to `count` promotions that wait for approval in production, with their evidence; all of them due. */
export async function addWaitingPromotions(pool: Pool, count: number): Promise<void> {
  const engine = composeEngine(pool);
  const people = await signInDemoPeople(pool);
  const applied = await applyDocuments(engine, people.ada, { text: projectFile() });
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied));
  await addReleases(pool, count);
  const now = engine.now();
  const batch = 500;
  for (let first = 0; first < count; first += batch) {
    const numbers = Array.from({ length: Math.min(batch, count - first) }, (_, index) => first + index + 1);
    await addPromotions(pool, people.rita, numbers, now);
  }
}

const keyOf = (number: number) => `service-${number % services}@v1.${number}.0`;

async function addReleases(pool: Pool, count: number): Promise<void> {
  const image = json({ user: "1000", healthcheck: true, images: [] });
  await pool.execute(sql`
    with made as (
      select n, 'service-' || n % ${services}::int as service, 'v1.' || n || '.0' as version,
             'sha256:' || encode(sha256(convert_to(n::text, 'UTF8')), 'hex') as digest
        from generate_series(1, ${count}::int) n),
    announced as (
      insert into release (project, key, version, announced_by, announced_at)
      select ${PROJECT}, service || '@' || version, version, '{}', now() from made),
    built as (
      insert into artifact (project, release, service, position, repository, digest, platforms, size_bytes, version, image, announced_at)
      select ${PROJECT}, service || '@' || version, service, 0, service, digest, '{}', 1, version, ${image}::jsonb, now() from made)
    insert into verification (project, service, environment, digest, promotion, release, version, verified_at)
    select ${PROJECT}, service, 'staging', digest, 'past-' || n, service || '@' || version, version, now() - interval '1 day' from made`);
}

/** Each as its own request would have made it: planned, judged, decided; the ledger's entries alone are left out. */
async function addPromotions(pool: Pool, rita: PersonPrincipal, numbers: number[], now: string): Promise<void> {
  const subjects = numbers.map((number): PlanSubject => {
    return { kind: "promote", project: PROJECT, environment: "production", release: keyOf(number) };
  });
  const plans = await loadPlans(pool, subjects);
  const by = actorOf(rita);
  const asked = plans.map((plan) => {
    if (plan.kind === "noPlan") throw new Error(plan.message);
    const signed = { requestedBy: by, requestedAt: now, given: [] };
    return { plan, planHash: hashPlan(plan), promotion: null, signed };
  });
  const verdicts = await judge(pool, asked, now);
  const states = asked.map(({ plan, planHash }, index): PromotionState => {
    const number = numbers[index] ?? 0;
    const expiresAt = new Date(Date.parse(now) + 7 * 86_400_000).toISOString();
    const request = { kind: "request" as const, id: `${PROJECT}-${number}`, number, plan, planHash, by, expiresAt };
    const requested = told(undefined, { ...request, reason: null, causedBy: null }, now);
    const judged = { plan, planHash, changes: [], verdicts: verdicts[index] ?? [], slotFree: true };
    return told(requested, { kind: "evaluated", ...judged }, now);
  });
  const rows = states.map((state) => ({
    ...{ id: state.id, number: state.number, state, planHash: state.planHash },
    ...{ release: state.plan.release, version: state.plan.version, service: state.plan.services[0]?.service },
  }));
  await pool.execute(sql`
    with given as (
      select * from jsonb_to_recordset(${json(rows)}::jsonb)
             as r (id text, number int, state jsonb, "planHash" text, release text, version text, service text)),
    asked as (
      insert into promotion (id, project, number, environment, release, version, services, kind, phase, state, plan_hash,
             requested_by, requested_at, changed_at, idempotency_key, request_hash)
      select id, ${PROJECT}, number, 'production', release, version, array[service], 'promote', 'waiting', state, "planHash",
             state->'requestedBy', ${now}, ${now}, id, '' from given)
    insert into step (id, promotion, project, kind, payload, status, due_at)
    select id || ':evaluate', id, ${PROJECT}, 'evaluate', '{}', 'due', now() from given`);
}

function told(before: PromotionState | undefined, input: PromotionInput, now: string): PromotionState {
  const decided = decide(before, input, now);
  if (decided.kind === "rejection") throw new Error(decided.message);
  const state = decided.entries.reduce(evolve, before);
  if (state?.phase !== "waiting") throw new Error(`${input.kind} made it ${state?.phase}`);
  return state;
}
