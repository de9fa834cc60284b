import { z } from "zod";
import { can } from "@/lib/auth/permissions";
import { actorOf, type Principal } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import { type Assessment, assess } from "@/lib/facts/assess";
import { type CanaryGround, loadCanaryGrounds } from "@/lib/facts/evidence/canary-grounds";
import { type RequestRefusal, refusalOf } from "@/lib/facts/refusal";
import { findRollback } from "@/lib/facts/rollback";
import { NotFound, parseInput } from "@/lib/pipeline/errors";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import { asMoment, notBefore } from "@/lib/pipeline/plan/not-before";
import type { Plan } from "@/lib/pipeline/plan/plan";
import { severity } from "@/lib/pipeline/policy/severity-schema";
import { loadPlanFacts, type ServiceFacts } from "@/lib/queries/plan-facts";

const name = z.string().min(1).max(63);
export const previewInput = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("promote"),
    project: name,
    environment: name,
    release: z.string().min(1).max(200),
    severity: severity.optional(),
    notBefore: notBefore.optional(),
  }),
  z.strictObject({
    kind: z.literal("rollback"),
    project: name,
    environment: name,
    services: z.array(name).min(1).max(100),
    severity: severity.optional(),
  }),
]);
export type PreviewSubject = z.infer<typeof previewInput>;

/** Another promotion that has to do with the one that is looked at. */
export interface NearPromotion {
  id: string;
  phase: string;
  version: string;
}

/** Exactly what would happen if it were asked for now, and whether it may be. */
export interface PreviewView {
  kind: "preview";
  asOf: string;
  subject: PreviewSubject;
  plan: Plan;
  planHash: string;
  /** In the order of the plan's gates. */
  verdicts: Verdict[];
  facts: ServiceFacts[];
  /** Whether each canary of the plan is possible where it is to stand; the request is refused where one is not. */
  grounds: CanaryGround[];
  /** Whoever asks types the environment's name first. */
  isProtected: boolean;
  /** Why it would be refused; the command says the same. */
  refusal: RequestRefusal | null;
  /** Whether whoever looks may ask for it. */
  may: boolean;
  /** Whether they may let closed gates pass. */
  mayOverride: boolean;
  /** The same release is on its way there already. */
  open: NearPromotion | null;
  /** Has the place that this one needs, or stands before it in the queue. */
  ahead: NearPromotion | null;
  /** Waiting ones that this one would take the place of. */
  supersedes: NearPromotion[];
  /** Of a rollback: the promotion whose effect is undone. */
  undoes: string | null;
}

/** Why there is nothing to preview. */
export interface NoPreview {
  kind: "noPreview";
  asOf: string;
  subject: PreviewSubject;
  code: string;
  message: string;
}

/**
 * The plan as it would be made now with every gate's verdict on it, evaluated by the very function that decides the
 * request. Throws NotFound for a project that the principal may not see, InvalidInput for what cannot be meant.
 */
export async function loadPromotePreview(
  db: Queryable,
  principal: Principal,
  raw: unknown,
  now: string,
): Promise<PreviewView | NoPreview> {
  const subject = parseInput(previewInput, raw);
  const { project, environment } = subject;
  if (!can(principal, "view", { project })) throw new NotFound(`project ${project} is not theirs to see`);
  const found =
    subject.kind === "promote"
      ? { kind: "found" as const, subject, undoes: null }
      : await findRollback(db, project, environment, [...new Set(subject.services)].sort());
  if (found.kind === "rejection") {
    return { kind: "noPreview", asOf: now, subject, code: found.code, message: found.message };
  }
  const signed = { requestedBy: actorOf(principal), requestedAt: now, given: [] };
  const said = {
    ...(subject.severity === undefined ? {} : { severity: subject.severity }),
    ...("notBefore" in subject && subject.notBefore !== undefined ? { notBefore: asMoment(subject.notBefore) } : {}),
  };
  const assessment = await assess(db, { ...found.subject, ...said }, signed, now);
  if (assessment.kind === "noPlan") {
    return { kind: "noPreview", asOf: now, subject, code: assessment.code, message: assessment.message };
  }
  const { plan, planHash, verdicts } = assessment;
  const [facts, grounds, refusal, around] = await Promise.all([
    loadPlanFacts(db, plan),
    loadCanaryGrounds(db, plan, now),
    refusalOf(db, assessment, now),
    loadAround(db, assessment),
  ]);
  const may = can(principal, subject.kind === "promote" ? "promote" : "rollBack", { project, environment });
  return {
    ...{ kind: "preview", asOf: now, subject, plan, planHash, verdicts, facts, grounds, may, ...around },
    mayOverride: can(principal, "override", { project, environment }),
    refusal: refusal ?? null,
    undoes: found.undoes,
  };
}

type Around = Pick<PreviewView, "isProtected" | "open" | "ahead" | "supersedes">;

/** What is under way or waits around this plan: the same places, the same release. */
async function loadAround(db: Queryable, { plan }: Assessment): Promise<Around> {
  const { project, environment, release } = plan;
  const services = plan.services.map((one) => one.service);
  const [rows, [place]] = await Promise.all([
    db.query<NearPromotion & { release: string; services: string[]; kind: string }>(
      sql`select id, phase, version, release, services, kind from promotion
           where project = ${project} and environment = ${environment} and ended_at is null and services && ${services}
           order by requested_at desc limit 50`,
    ),
    db.query<{ isProtected: boolean }>(
      sql`select protected as "isProtected" from environment where project = ${project} and name = ${environment}`,
    ),
  ]);
  const near = ({ id, phase, version }: NearPromotion): NearPromotion => ({ id, phase, version });
  const waits = (one: NearPromotion) => one.phase === "waiting" || one.phase === "queued";
  const going = (phase: string) => !["rollingBack", "stuck"].includes(phase);
  const open =
    plan.kind === "promote"
      ? rows.find((one) => one.kind === "promote" && one.release === release && going(one.phase))
      : undefined;
  const ahead = rows.find((one) => !waits(one)) ?? rows.findLast((one) => one.phase === "queued");
  const supersedes =
    plan.kind === "promote" && plan.queue === "newest"
      ? rows.filter(
          (one) => one.kind === "promote" && waits(one) && one.services.every((each) => services.includes(each)),
        )
      : [];
  return {
    isProtected: place?.isProtected ?? false,
    open: open ? near(open) : null,
    ahead: ahead ? near(ahead) : null,
    supersedes: supersedes.filter((one) => one.id !== open?.id).map(near),
  };
}
