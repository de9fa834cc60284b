import { setTimeout as pause } from "node:timers/promises";
import { sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import { expectedDigest } from "@/lib/engine/expected-digest";
import { type DueReverification, settleReverification } from "@/lib/engine/reverify/due-reverification";
import { loadProject } from "@/lib/facts/project";
import type { TargetRefPlan } from "@/lib/pipeline/plan/target-plan";
import type { VerificationPolicy } from "@/lib/pipeline/policy/verification";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { judgeObservation } from "@/lib/pipeline/rollout/judge-observation";
import { type CheckAgain, checksAgain, judgeAgain, type VerifiedAgain } from "@/lib/pipeline/verification/again";
import { judgeCheck, type Look } from "@/lib/pipeline/verification/judge-check";
import { judgeDigest } from "@/lib/pipeline/verification/judge-digest";
import { ExternalError } from "@/lib/ports/external-error";

const betweenLooksMs = 1_000;

interface Place {
  target: TargetRefPlan;
  connection: string;
  repository: string;
  verification: VerificationPolicy;
}

/** Makes an environment's checks of what runs there, three times at most, and records what they say. */
export async function runReverification(engine: Engine, taken: DueReverification): Promise<void> {
  const { outcome, checks } = await lookUntilTold(engine, taken);
  const kept = await settleReverification(engine, taken, outcome, checks);
  if (!kept) engine.log("info", "the lease of a verification is lost", { reverification: taken.id });
}

async function lookUntilTold(
  engine: Engine,
  taken: DueReverification,
): Promise<{ outcome: Exclude<VerifiedAgain, { kind: "lookAgain" }>; checks: CheckState[] }> {
  const place = await loadPlace(engine, taken);
  if (!place) return { outcome: { kind: "errored", reason: "it has no target there any more" }, checks: [] };
  const { project, environment, service, digest } = taken;
  const { namespace, workload } = place.target;
  const facts = { project, environment, service, digest, namespace, workload: workload.name };
  let checks = checksAgain(facts, place.verification, engine.now());
  for (let looks = 1; ; looks += 1) {
    checks = await Promise.all(checks.map((check) => look(engine, taken, place, check)));
    const states = checks.map((check) => check.state);
    const found = judgeAgain(states, looks);
    if (found.kind !== "lookAgain") return { outcome: found, checks: states };
    await pause(betweenLooksMs);
  }
}

async function loadPlace(engine: Engine, taken: DueReverification): Promise<Place | undefined> {
  const { project, environment, service } = taken;
  const stored = await loadProject(engine.pool, project);
  const policy = stored?.document.environments.find((one) => one.name === environment);
  const [row] = await engine.pool.query<Omit<Place, "verification">>(
    sql`select d.target, s.connection, s.repository from deployment d
          join service s on s.project = d.project and s.name = d.service
         where d.project = ${project} and d.service = ${service} and d.environment = ${environment}`,
  );
  return policy && row && { ...row, verification: policy.verification };
}

async function look(engine: Engine, taken: DueReverification, place: Place, check: CheckAgain): Promise<CheckAgain> {
  if (check.kind === "digest") return { ...check, state: await lookAtDigest(engine, taken, place, check.state) };
  let found: Look;
  try {
    const answer = await engine.world.probe.get(check.url, AbortSignal.timeout(engine.callMs));
    found = { kind: "answered", ...answer };
  } catch (error) {
    found = silence(error);
  }
  return { ...check, state: judgeCheck(check.state, check.expected, found, engine.now()) };
}

/** Another digest there is no failure of this one: what runs cannot be told then. */
async function lookAtDigest(
  engine: Engine,
  { project, service, digest }: DueReverification,
  { target: ref, connection, repository }: Place,
  state: CheckState,
): Promise<CheckState> {
  try {
    const target = await engine.world.target(project, ref.connection);
    const seen = await target.observe(ref, AbortSignal.timeout(engine.callMs));
    if (seen.exists && seen.specDigest !== digest) {
      return judgeDigest(state, { kind: "silent", message: "its spec names another digest" }, engine.now());
    }
    const expected = await expectedDigest(engine, project, { service, connection, repository }, digest);
    const told = { generation: undefined, forMs: Number.POSITIVE_INFINITY };
    return judgeDigest(state, judgeObservation(seen, expected, told), engine.now());
  } catch (error) {
    return judgeDigest(state, silence(error), engine.now());
  }
}

function silence(error: unknown): Look & { kind: "silent" } {
  if (!(error instanceof ExternalError)) throw error;
  return { kind: "silent", message: error.message };
}
