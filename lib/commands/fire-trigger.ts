import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { z } from "zod";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import { actorOf, type Principal } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { promotionId } from "@/lib/commands/tell-promotion";
import { json, sql } from "@/lib/db/sql";
import { inLedgerTransaction, type LedgerTransaction } from "@/lib/ledger/append";
import { recordInput } from "@/lib/ledger/record-promotion";
import type { Actor } from "@/lib/pipeline/actor";
import { Conflict, InvalidInput, NotFound, parseInput } from "@/lib/pipeline/errors";
import { name } from "@/lib/pipeline/policy/name";
import { reportable } from "@/lib/pipeline/promotion/fire-trigger";
import type { PromotionPhase, PromotionState } from "@/lib/pipeline/promotion/state";
import type { TriggerReport } from "@/lib/pipeline/promotion/trigger-report";

const oneLine = (text: string) => !/\p{Cc}/u.test(text);
const placeName = z.string().min(1).max(63);

export const fireTriggerInput = z
  .strictObject({
    project: placeName.optional().meta({ description: "a project's name; with environment, in place of promotion" }),
    environment: placeName.optional().meta({ description: "whatever is in flight there" }),
    promotion: promotionId.optional().meta({ description: "exactly this one, in place of project and environment" }),
    service: placeName.optional().meta({ description: "about this service alone; left out: about all of them" }),
    trigger: name.meta({ description: "the name that the plan's rollBackWhen says: { webhook: NAME }" }),
    id: z.string().min(8).max(200).refine(oneLine, "must stand on one line").meta({
      description: "your own id of what happened, 8 to 200 characters: the same one again is the same report",
    }),
    happenedAt: z.iso
      .datetime({ offset: true })
      .meta({ description: "when it happened: what is older than the rollout is not about it" }),
    words: z
      .string()
      .trim()
      .min(3)
      .max(500)
      .refine(oneLine, "must stand on one line")
      .meta({ description: "what is wrong, for people: 3 to 500 characters on one line" }),
  })
  .refine(
    ({ project, environment, promotion }) =>
      promotion === undefined
        ? project !== undefined && environment !== undefined
        : project === undefined && environment === undefined,
    { path: ["promotion"], error: "must stand alone, or project and environment together in its place" },
  );
export type FireTriggerInput = z.output<typeof fireTriggerInput>;

/** What became of one promotion: this report sent it back (or stopped it), or it was on its way back already. */
export interface ToldByTrigger {
  promotion: string;
  phase: PromotionPhase;
  fired: boolean;
}

export interface TriggerFired {
  kind: "triggerFired";
  trigger: string;
  id: string;
  promotions: ToldByTrigger[];
  /** False where exactly this was reported before: then nothing was done again. */
  created: boolean;
}

/** A reporter's clock may be ahead by so much; further, and it is wrong. */
const aheadMsMax = 60_000;

/** Whether a moment (ISO 8601) lies so far ahead of `now` that the clock which says it is wrong. */
export function liesAhead(happenedAt: string, now: string): boolean {
  return Date.parse(happenedAt) > Date.parse(now) + aheadMsMax;
}

/**
 * Takes over what a machine or a person outside says: a trigger that the plan names as `webhook` fired. Every promotion
 * there that is in flight and names it goes back at once; the steps are due when this returns. The same id again is the
 * same report; with `wordsMayChange` also in other words, of which the first count. Refused, with nothing written, where
 * nothing in flight names it. Throws NotFound, Forbidden, InvalidInput, and Conflict where the id is another report's.
 */
export async function fireTrigger(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
  { wordsMayChange = false } = {},
): Promise<TriggerFired | Refusal> {
  const input = parseInput(fireTriggerInput, raw);
  const place = await placeOf(context, input);
  mustBeAbleTo(principal, "fireTrigger", place);
  const { id, trigger, words, service = null } = input;
  const happenedAt = new Date(input.happenedAt).toISOString();
  if (liesAhead(happenedAt, context.now())) {
    throw new InvalidInput([{ path: "happenedAt", message: `lies ahead of ${context.now()}: that clock is wrong` }]);
  }
  const report = { id, trigger, service, words, happenedAt };
  const where = { ...place, promotion: input.promotion ?? null };
  const by = actorOf(principal);
  const content = { ...where, ...report, words: wordsMayChange ? null : words };
  const contentHash = createHash("sha256")
    .update(canonicalize(content) ?? "")
    .digest("hex");
  const taking = { where, report, contentHash };
  return inLedgerTransaction(context.pool, place.project, (tx) => take(tx, by, taking, context.now()));
}

interface Where {
  environment: string;
  promotion: string | null;
}

async function placeOf({ pool }: CommandContext, input: FireTriggerInput) {
  const { project, environment, promotion } = input;
  if (promotion === undefined && project !== undefined && environment !== undefined) return { project, environment };
  const [row] = await pool.query<{ project: string; environment: string }>(
    sql`select project, environment from promotion where id = ${promotion ?? ""}`,
  );
  if (!row) throw new NotFound(`promotion ${promotion}`);
  return row;
}

async function take(
  tx: LedgerTransaction,
  by: Actor,
  { where, report, contentHash }: { where: Where; report: TriggerReport; contentHash: string },
  now: string,
): Promise<TriggerFired | Refusal> {
  const { id, trigger } = report;
  const reporter = by.kind === "system" ? by.name : by.id;
  const [before] = await tx.query<{ contentHash: string; told: ToldByTrigger[] }>(
    sql`select content_hash as "contentHash", told from trigger_report
         where project = ${tx.project} and reporter = ${reporter} and id = ${id}`,
  );
  if (before && before.contentHash !== contentHash) throw new Conflict("this id was used for another report");
  if (before) return { kind: "triggerFired", trigger, id, promotions: before.told, created: false };
  const told = await tellAll(tx, by, where, report, now);
  if (!Array.isArray(told)) return told;
  await tx.execute(
    sql`insert into trigger_report (project, reporter, id, content_hash, told, reported_at)
        values (${tx.project}, ${reporter}, ${id}, ${contentHash}, ${json(told)}::jsonb, ${now})`,
  );
  return { kind: "triggerFired", trigger, id, promotions: told, created: true };
}

/** Tells every promotion that it may be about; of those that refuse it, the first one's reason where none takes it. */
async function tellAll(
  tx: LedgerTransaction,
  by: Actor,
  where: Where,
  report: TriggerReport,
  now: string,
): Promise<ToldByTrigger[] | Refusal> {
  const states = await candidates(tx, where, report.service);
  const told: ToldByTrigger[] = [];
  let refusal: Refusal | undefined;
  for (const state of states) {
    const isGoingBack = state.phase === "rollingBack" || state.phase === "stuck";
    if (isGoingBack && reportable(state.plan, report.service).includes(report.trigger)) {
      told.push({ promotion: state.id, phase: state.phase, fired: false });
      continue;
    }
    const recorded = await recordInput(tx, state, { kind: "triggerFired", report, by }, now);
    if (recorded.kind === "rejection") refusal ??= { ...recorded, promotion: state.id };
    else told.push({ promotion: state.id, phase: recorded.state.phase, fired: true });
  }
  if (told.length > 0) return told;
  const place = `${tx.project}/${where.environment}${report.service === null ? "" : ` of ${report.service}`}`;
  return refusal ?? { kind: "rejection", code: "nothingInFlight", message: `nothing is in flight in ${place}` };
}

/** The one that was named, however it stands; else whatever holds a place there. */
async function candidates(
  tx: LedgerTransaction,
  { environment, promotion }: Where,
  service: string | null,
): Promise<PromotionState[]> {
  const named =
    promotion === null ? sql`phase in ('rollingOut', 'verifying', 'rollingBack', 'stuck')` : sql`id = ${promotion}`;
  const rows = await tx.query<{ state: PromotionState }>(
    sql`select state from promotion
         where project = ${tx.project} and environment = ${environment} and ${named}
           and (${service}::text is null or ${service} = any(services))
         order by number`,
  );
  return rows.map(({ state }) => state);
}
