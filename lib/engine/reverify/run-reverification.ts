import { setTimeout as pause } from "node:timers/promises";
import { sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import {
  type DueReverification,
  type EndedAgain,
  putOffReverification,
  saveReverification,
  settleReverification,
} from "@/lib/engine/reverify/due-reverification";
import { lookAgain, type Place } from "@/lib/engine/reverify/look-again";
import { loadProject } from "@/lib/facts/project";
import { type CheckAgain, checksAgain, judgeAgain } from "@/lib/pipeline/verification/again";
import { intendJob } from "@/lib/pipeline/verification/judge-job";

const betweenLooksMs = 1_000;
/** A job is asked after this, and ever less often the longer it runs. */
const jobLookMsMin = 1_000;
const jobLookMsMax = 15_000;

/**
 * Makes an environment's checks of what runs there, three times at most, and records what they say. Where only jobs are
 * still under way it is put off, to be taken by anybody later.
 */
export async function runReverification(engine: Engine, taken: DueReverification): Promise<void> {
  const kept = await lookUntilTold(engine, taken);
  if (!kept) engine.log("info", "the lease of a verification is lost", { reverification: taken.id });
}

/** Answers false where somebody else holds it by now. */
async function lookUntilTold(engine: Engine, taken: DueReverification): Promise<boolean> {
  const end = (outcome: EndedAgain, checks: CheckAgain[], numbers: { name: string; value: string }[] = []) =>
    settleReverification(engine, taken, outcome, statesOf(checks), numbers);
  const place = await loadPlace(engine, taken);
  if (!place) return end({ kind: "errored", reason: "it has no target there any more" }, []);
  const { checks: begun, isNew } = begin(engine, taken, place);
  // Before a job is started it is kept that it will be, so that a successor asks with the same key.
  if (isNew && !(await saveReverification(engine, taken, statesOf(begun)))) return false;
  let checks = begun;
  for (let looks = 1; ; looks += 1) {
    const looked = await lookAgain(engine, taken, place, checks);
    checks = looked.checks;
    const found = judgeAgain(statesOf(checks), looks);
    if (found.kind === "awaitJobs") {
      return putOffReverification(engine, taken, statesOf(checks), jobPauseMs(engine, checks));
    }
    if (found.kind !== "lookAgain") return end(found, checks, looked.evidence);
    await pause(betweenLooksMs);
  }
}

const statesOf = (checks: readonly CheckAgain[]) => checks.map((check) => check.state);

/** The checks as the policy has them now, each where an earlier look left it; what is called otherwise by now begins anew. */
function begin(engine: Engine, taken: DueReverification, place: Place): { checks: CheckAgain[]; isNew: boolean } {
  const { project, environment, service, digest } = taken;
  const { namespace, workload } = place.target;
  const facts = { project, environment, service, digest, namespace, workload: workload.name, version: place.version };
  const now = engine.now();
  let isNew = false;
  const checks = checksAgain(facts, place.verification, now).map((check): CheckAgain => {
    const before = taken.checks.find(({ id, title }) => id === check.state.id && title === check.state.title);
    if (before) return { ...check, state: before };
    if (check.kind !== "job") return check;
    isNew = true;
    return { ...check, state: intendJob(check.state, now) };
  });
  return { checks, isNew };
}

function jobPauseMs({ now }: Engine, checks: readonly CheckAgain[]): number {
  const running = checks.flatMap(({ state: { job } }) =>
    job && !job.isOver ? [Date.parse(now()) - Date.parse(job.askedAt)] : [],
  );
  return Math.min(jobLookMsMax, ...running.map((ms) => Math.max(jobLookMsMin, Math.round(ms / 5))));
}

async function loadPlace(engine: Engine, taken: DueReverification): Promise<Place | undefined> {
  const { project, environment, service, digest } = taken;
  const stored = await loadProject(engine.pool, project);
  const policy = stored?.document.environments.find((one) => one.name === environment);
  const [row] = await engine.pool.query<Omit<Place, "verification">>(
    sql`select d.target, s.connection, s.repository, coalesce(d.wanted_version, ${digest}) as version,
               coalesce(d.wanted_since, d.observed_since, now()) as since
          from deployment d join service s on s.project = d.project and s.name = d.service
         where d.project = ${project} and d.service = ${service} and d.environment = ${environment}`,
  );
  return policy && row && { ...row, verification: policy.verification };
}
