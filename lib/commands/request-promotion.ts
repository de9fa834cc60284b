import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { z } from "zod";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import { actOf, actorOf, type Principal } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { type OverrideOfGate, overridden, overrideOfGate, refuseOverrides } from "@/lib/commands/override-at-request";
import { allSent } from "@/lib/db/all-sent";
import { sql } from "@/lib/db/sql";
import { type Assessment, assess, judge } from "@/lib/facts/assess";
import { signedOf } from "@/lib/facts/evidence/asked";
import { type PlanSubject, scheduledAt } from "@/lib/facts/plan-inputs";
import { refusalOf } from "@/lib/facts/refusal";
import { inLedgerTransaction, type LedgerTransaction } from "@/lib/ledger/append";
import { slotIsFree, supersedeOlder } from "@/lib/ledger/queue";
import { recordInput } from "@/lib/ledger/record-promotion";
import type { Actor } from "@/lib/pipeline/actor";
import { Conflict, InvalidInput, parseInput } from "@/lib/pipeline/errors";
import { lastOpening } from "@/lib/pipeline/gates/opens-by-itself";
import { asMoment, notBefore, notBeforeProblem } from "@/lib/pipeline/plan/not-before";
import type { Plan } from "@/lib/pipeline/plan/plan";
import type { Severity } from "@/lib/pipeline/policy/severity";
import { severity } from "@/lib/pipeline/policy/severity-schema";
import { later } from "@/lib/pipeline/promotion/decision";
import type { PromotionState } from "@/lib/pipeline/promotion/state";

/** Why, and how urgent it is: what every request for a promotion or a rollback may say. */
export const urgency = {
  reason: z.string().trim().max(2000).optional(),
  severity: severity.optional().meta({
    description: "P0 to P3; a freeze may let one pass, so a reason must be given with it",
  }),
};

export const requestPromotionInput = z.strictObject({
  project: z.string().min(1).max(63),
  environment: z.string().min(1).max(63),
  release: z.string().min(1).max(200),
  /** The hash of the plan that was looked at; the request is refused where the plan is another one by now. */
  planHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  ...urgency,
  notBefore: notBefore.optional(),
  /** Gates of that very plan that whoever asks lets pass; needs `planHash` and the right to override. */
  overrides: z.array(z.strictObject(overrideOfGate)).min(1).max(20).optional(),
  idempotencyKey: z.string().min(8).max(200),
});
export type RequestPromotionInput = z.infer<typeof requestPromotionInput>;

export interface Requested {
  kind: "requested";
  state: PromotionState;
  /** False where the same request was made before, or the same release is on its way there already. */
  created: boolean;
}

const expiresAfterMsDefault = 7 * 86_400_000;

/**
 * Asks for a release to be brought to an environment. The same key with the same request answers the same promotion;
 * with another request it is a Conflict. Refused where a gate says no, where nothing would move, or where the plan is
 * not the one that was looked at. It may start at once: then its first step is due when this returns.
 */
export async function requestPromotion(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<Requested | Refusal> {
  const input = parseInput(requestPromotionInput, raw);
  const { project, environment } = input;
  mustBeAbleTo(principal, "promote", { project, environment });
  if (input.overrides) {
    mustBeAbleTo(principal, "override", { project, environment });
    if (!input.planHash) {
      throw new InvalidInput([{ path: "planHash", message: "is needed with overrides: they are for one plan" }]);
    }
  }
  mustSayWhy(input);
  return inLedgerTransaction(context.pool, project, (tx) => requestInside(tx, context.now(), principal, input));
}

/** The same inside a transaction that holds the project's chain already. The caller has authorized. */
export async function requestInside(
  tx: LedgerTransaction,
  now: string,
  principal: Principal,
  input: RequestPromotionInput,
): Promise<Requested | Refusal> {
  const { project, environment, release } = input;
  const at = timeOf(input);
  const subject: PlanSubject = { kind: "promote", project, environment, release, ...severityOf(input), ...at };
  const [repeated, open] = await allSent([
    findRepeated(tx, input.idempotencyKey, requestHashOf(input)),
    findOpen(tx, environment, release),
  ]);
  const known = repeated ?? open;
  const other = repeated ? undefined : (otherSeverity(open, input) ?? otherTime(open, at) ?? overridesOf(open, input));
  if (other) return other;
  if (known) return { kind: "requested", state: known, created: false };
  mustLieAhead(at, now);
  const by = actorOf(principal);
  const reason = input.reason || null;
  const assessment = await assess(tx, subject, { requestedBy: by, requestedAt: now, given: [], reason }, now);
  if (assessment.kind === "noPlan") return { kind: "rejection", code: assessment.code, message: assessment.message };
  const overrides = input.overrides ?? [];
  const refusal =
    refusePlan(assessment, input.planHash) ??
    refuseOverrides(principal, assessment, overrides, now) ??
    (await refusalOf(tx, overridden(principal, assessment, overrides, now), now));
  if (refusal) return { kind: "rejection", ...refusal };
  return startPromotion(tx, assessment, {
    ...{ by, now, reason, causedBy: null },
    ...{ idempotencyKey: input.idempotencyKey, requestHash: requestHashOf(input) },
    overrides: overrides.map((one) => ({ ...one, ...actOf(principal) })),
  });
}

/** What identifies the request of a release for an environment. */
export function requestHashOf(input: {
  environment: string;
  release: string;
  severity?: Severity;
  notBefore?: string;
}): string {
  const { environment, release } = input;
  return hashRequest({ environment, release, kind: "promote", ...severityOf(input), ...timeOf(input) });
}

/** The moment that was asked for, as plans hold it. */
function timeOf({ notBefore }: { notBefore?: string }): { notBefore?: string } {
  return notBefore === undefined ? {} : { notBefore: asMoment(notBefore) };
}

function mustLieAhead({ notBefore }: { notBefore?: string }, now: string): void {
  const message = notBefore === undefined ? undefined : notBeforeProblem(notBefore, now);
  if (message !== undefined) throw new InvalidInput([{ path: "notBefore", message }]);
}

/** The same release waits already for another moment: its plan is another one, so it is not this request. */
function otherTime(open: PromotionState | undefined, { notBefore }: { notBefore?: string }): Refusal | undefined {
  if (!open || notBefore === undefined || scheduledAt(open.plan) === notBefore) return undefined;
  const message = `${open.id} brings the same release ${scheduledAt(open.plan) ? "at another time" : "as soon as its gates are open"}: abort it, then ask again`;
  return { kind: "rejection", code: "busy", message, promotion: open.id };
}

/** What a severity opens is answered for by a reason. Throws InvalidInput. */
export function mustSayWhy({ severity, reason }: { severity?: Severity; reason?: string }): void {
  if (severity === undefined || reason) return;
  throw new InvalidInput([{ path: "reason", message: `must be given where the severity is ${severity}` }]);
}

/** Only where it was said: a request and a plan without one stay what they were. */
export function severityOf({ severity }: { severity?: Severity }): { severity?: Severity } {
  return severity === undefined ? {} : { severity };
}

/** The same release waits already with another severity: its plan is another one, so it is not this request. */
function otherSeverity(open: PromotionState | undefined, { severity }: RequestPromotionInput): Refusal | undefined {
  if (!open || severity === undefined || open.plan.severity === severity) return undefined;
  if (open.phase !== "waiting" && open.phase !== "queued") return undefined;
  const waits = `${open.id} waits for the same release ${open.plan.severity ? `as ${open.plan.severity}` : "without a severity"}`;
  const message = `${waits}: abort it, then ask again as ${severity}`;
  return { kind: "rejection", code: "busy", message, promotion: open.id };
}

/** What is on its way already takes no overrides with a request that makes nothing: they would be lost without a word. */
function overridesOf(open: PromotionState | undefined, { overrides }: RequestPromotionInput): Refusal | undefined {
  if (!open || overrides === undefined) return undefined;
  const message = `${open.id} brings the same release already: let its gates pass there`;
  return { kind: "rejection", code: "busy", message, promotion: open.id };
}

/** The plan is not the one that was looked at. */
export function refusePlan(
  { planHash }: Assessment,
  looked: string | undefined,
): { code: "planChanged"; message: string } | undefined {
  if (looked === undefined || looked === planHash) return undefined;
  return { code: "planChanged", message: "the plan is another one by now: look at it again" };
}

/** What identifies a request: another one under the same key is a mistake of the caller. */
export function hashRequest(request: Record<string, string | undefined>): string {
  return createHash("sha256")
    .update(canonicalize(request) ?? "")
    .digest("hex");
}

/** The promotion that this key made before. Throws Conflict where the key was used for another request. */
export async function findRepeated(
  tx: LedgerTransaction,
  key: string,
  requestHash: string,
): Promise<PromotionState | undefined> {
  const [row] = await tx.query<{ state: PromotionState; requestHash: string }>(
    sql`select state, request_hash as "requestHash" from promotion where project = ${tx.project} and idempotency_key = ${key}`,
  );
  if (row && row.requestHash !== requestHash) {
    throw new Conflict(`this Idempotency-Key was used for another request: ${row.state.id}`, {
      promotion: row.state.id,
    });
  }
  return row?.state;
}

/** The promotion of this release that is on its way to the environment. */
export async function findOpen(
  tx: LedgerTransaction,
  environment: string,
  release: string,
): Promise<PromotionState | undefined> {
  const [row] = await tx.query<{ state: PromotionState }>(
    sql`select state from promotion
         where project = ${tx.project} and environment = ${environment} and release = ${release}
           and kind = 'promote' and ended_at is null and phase in ('waiting', 'queued', 'rollingOut', 'verifying')
         order by requested_at desc limit 1`,
  );
  return row?.state;
}

interface Start {
  by: Actor;
  now: string;
  reason: string | null;
  causedBy: string | null;
  idempotencyKey: string;
  requestHash: string;
  overrides?: readonly (OverrideOfGate & ReturnType<typeof actOf>)[];
}

/** Records the request and its first evaluation; it starts here and now where every gate is open and its place free. */
export async function startPromotion(tx: LedgerTransaction, assessment: Assessment, start: Start): Promise<Requested> {
  const { plan, planHash, verdicts } = assessment;
  const { by, now, reason, causedBy, idempotencyKey, requestHash } = start;
  const number = tx.takePromotionNumber();
  const id = `${tx.project}-${number}`;
  // What is known to open later is given its time from then on.
  const opens = lastOpening(verdicts) ?? now;
  const expiresAt = later(opens > now ? opens : now, expiresAfterMs(plan));
  const requested = await recordInput(
    tx,
    undefined,
    { kind: "request", id, number, plan, planHash, reason, causedBy, expiresAt, by },
    now,
    { idempotencyKey, requestHash },
  );
  if (requested.kind === "rejection") throw new Conflict(requested.message);
  await supersedeOlder(tx, requested.state, now);
  const state = await recordOverrides(tx, requested.state, start);
  const [judged = verdicts] = state.overrides
    ? await judge(tx, [{ plan, planHash, promotion: id, signed: signedOf(state) }], now)
    : [verdicts];
  const slotFree = await slotIsFree(tx, state);
  const input = { kind: "evaluated" as const, plan, planHash, changes: [], verdicts: judged, slotFree };
  const evaluated = await recordInput(tx, state, input, now);
  if (evaluated.kind === "rejection") throw new Conflict(evaluated.message);
  return { kind: "requested", state: evaluated.state, created: true };
}

async function recordOverrides(
  tx: LedgerTransaction,
  requested: PromotionState,
  { now, overrides = [] }: Start,
): Promise<PromotionState> {
  let state = requested;
  for (const override of overrides) {
    const input = { kind: "override" as const, ...override, planHash: state.planHash };
    const recorded = await recordInput(tx, state, input, now);
    // Nothing of the request may stay where one of them does not hold.
    if (recorded.kind === "rejection") throw new Conflict(recorded.message);
    state = recorded.state;
  }
  return state;
}

function expiresAfterMs(plan: Plan): number {
  const asked = plan.gates.flatMap((gate) => (gate.kind === "approval" && !gate.shadow ? [gate.expiresAfterMs] : []));
  return asked.length === 0 ? expiresAfterMsDefault : Math.min(...asked);
}
