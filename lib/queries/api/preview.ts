import { actorOf, type Principal } from "@/lib/auth/principal";
import type { Queryable } from "@/lib/db/sql";
import { assess } from "@/lib/facts/assess";
import type { PlanSubject } from "@/lib/facts/plan-inputs";
import { refusalOf } from "@/lib/facts/refusal";
import { findRollback } from "@/lib/facts/rollback";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import { isOpen } from "@/lib/pipeline/gates/gate";
import { asMoment } from "@/lib/pipeline/plan/not-before";
import type { Plan } from "@/lib/pipeline/plan/plan";
import type { Severity } from "@/lib/pipeline/policy/severity";
import { mustSeeProject } from "@/lib/queries/api/visible";

export type PreviewSubject = { project: string; environment: string; severity?: Severity; notBefore?: string } & (
  | { release: string; services?: undefined }
  | { release?: undefined; services: string[] }
);

export interface PreviewView {
  plan: Plan;
  planHash: string;
  verdicts: Verdict[];
  wouldStart: boolean;
  /** Why asking for it now would be refused; null where it may be asked for. */
  refusal: { code: string; message: string } | null;
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
  const said = {
    ...(subject.severity === undefined ? {} : { severity: subject.severity }),
    ...(subject.notBefore === undefined ? {} : { notBefore: asMoment(subject.notBefore) }),
  };
  const assessment = await assess(db, { ...planned, ...said }, signed, now);
  if (assessment.kind === "noPlan") return { kind: "rejection", code: assessment.code, message: assessment.message };
  const { plan, planHash, verdicts } = assessment;
  const refusal = (await refusalOf(db, assessment, now)) ?? null;
  const wouldStart = refusal === null && verdicts.every(isOpen);
  return { plan, planHash, verdicts, wouldStart, refusal, undoes };
}
