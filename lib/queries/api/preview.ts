import { actorOf, type Principal } from "@/lib/auth/principal";
import type { Queryable } from "@/lib/db/sql";
import { assess } from "@/lib/facts/assess";
import type { PlanSubject } from "@/lib/facts/plan-inputs";
import { findRollback } from "@/lib/facts/rollback";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import type { Plan } from "@/lib/pipeline/plan/plan";
import { mustSeeProject } from "@/lib/queries/api/visible";

export type PreviewSubject = { project: string; environment: string } & (
  | { release: string; services?: undefined }
  | { release?: undefined; services: string[] }
);

export interface PreviewView {
  plan: Plan;
  planHash: string;
  verdicts: Verdict[];
  wouldStart: boolean;
  undoes: string | null;
}

export interface NoPreview {
  kind: "rejection";
  code: string;
  message: string;
}

/**
 * What a promotion, or with `services` a rollback, would do if the principal asked for it now: the same evaluation that
 * the request itself meets. Changes nothing.
 */
export async function readPreview(
  db: Queryable,
  principal: Principal,
  subject: PreviewSubject,
  now: string,
): Promise<PreviewView | NoPreview> {
  const { project, environment } = subject;
  await mustSeeProject(db, principal, project);
  let planned: PlanSubject;
  let undoes: string | null = null;
  if (subject.release !== undefined) {
    planned = { kind: "promote", project, environment, release: subject.release };
  } else {
    const found = await findRollback(db, project, environment, [...new Set(subject.services)].sort());
    if (found.kind === "rejection") return found;
    planned = found.subject;
    undoes = found.undoes;
  }
  const signed = { requestedBy: actorOf(principal), requestedAt: now, given: [] };
  const assessment = await assess(db, planned, signed, now);
  if (assessment.kind === "noPlan") return { kind: "rejection", code: assessment.code, message: assessment.message };
  const { plan, planHash, verdicts } = assessment;
  return { plan, planHash, verdicts, wouldStart: verdicts.every((one) => one.status === "pass"), undoes };
}
