import { z } from "zod";
import { visibleProjects } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { type Queryable, type Sql, sql } from "@/lib/db/sql";
import type { Actor } from "@/lib/pipeline/actor";
import { parseInput } from "@/lib/pipeline/errors";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import { isOpen as isOpenGate } from "@/lib/pipeline/gates/gate";
import type { Cause, PromotionPhase, RolloutState } from "@/lib/pipeline/promotion/state";

/** Which phases a filter stands for. */
export const phaseGroups = {
  open: ["waiting", "queued", "rollingOut", "verifying", "rollingBack", "stuck"],
  waiting: ["waiting", "queued"],
  inFlight: ["rollingOut", "verifying", "rollingBack"],
  needsPerson: ["stuck"],
  succeeded: ["succeeded"],
  wentWrong: ["rolledBack", "failed", "stuck"],
  stopped: ["rejected", "expired", "superseded", "aborted"],
} as const satisfies Record<string, readonly PromotionPhase[]>;

export type PhaseGroup = keyof typeof phaseGroups;
export const phaseGroupNames = Object.keys(phaseGroups) as PhaseGroup[];

const name = z.string().min(1).max(63);

export const promotionsFilter = z.strictObject({
  projects: z.array(name).max(200),
  environment: name.optional(),
  service: name.optional(),
  phase: z.enum(phaseGroupNames).optional(),
  /** Where the page before ended: `2026-11-21T10:00:00.000Z,veza-12`. */
  after: z
    .string()
    .regex(/^[^,]{20,30},[A-Za-z0-9-]{3,100}$/, "must be the place that a page before named")
    .refine((text) => isMoment(text.split(",")[0] ?? ""), "must be the place that a page before named")
    .optional(),
});
export type PromotionsFilter = z.input<typeof promotionsFilter>;

/** A promotion as a line. Times are ISO 8601, UTC. */
export interface PromotionLine {
  id: string;
  project: string;
  environment: string;
  services: string[];
  version: string;
  kind: "promote" | "rollback";
  phase: PromotionPhase;
  requestedBy: string;
  requestedAt: string;
  endedAt: string | null;
  /** What it waits for, what it does, or why it ended, in one line; "" where the phase says it all. */
  note: string;
  /** Of its services, how many run the digest, while it is under way. */
  progress: { done: number; of: number } | null;
}

export interface PromotionsView {
  asOf: string;
  lines: PromotionLine[];
  /** How to ask for the older ones; null where there are none. */
  next: string | null;
  /** What can be filtered by, over the projects asked for. */
  environments: string[];
  services: string[];
}

interface Row extends Omit<PromotionLine, "requestedBy" | "note" | "progress"> {
  requestedBy: Actor;
  verdicts: Verdict[];
  rollouts: RolloutState[] | null;
  cause: Cause | null;
  trouble: string | null;
  why: string | null;
  supersededBy: string | null;
}

/** Exactly as an answer writes a moment: another text could be one to JavaScript and none to Postgres. */
function isMoment(text: string): boolean {
  const at = Date.parse(text);
  return !Number.isNaN(at) && new Date(at).toISOString() === text;
}

const pageSize = 50;

/** A page of promotions, the newest first. Throws InvalidInput for a filter that cannot be meant. */
export async function loadPromotions(
  db: Queryable,
  principal: Principal,
  raw: PromotionsFilter,
  now: string,
): Promise<PromotionsView> {
  const filter = parseInput(promotionsFilter, raw);
  const projects = visibleProjects(principal, filter.projects);
  const [rows, [choices]] = await Promise.all([
    db.query<Row>(
      sql`select id, project, environment, services, version, kind, phase, requested_by as "requestedBy",
                 requested_at as "requestedAt", ended_at as "endedAt", state->'verdicts' as verdicts,
                 state->'rollouts' as rollouts, state->'cause' as cause, state->>'trouble' as trouble,
                 state->>'why' as why, state->>'supersededBy' as "supersededBy"
            from promotion
           where project = any(${projects})${conditions(filter)}
           order by requested_at desc, id desc
           limit ${pageSize + 1}`,
    ),
    db.query<{ environments: string[]; services: string[] }>(
      sql`select coalesce((select array_agg(name order by at, name)
                             from (select name, min(position) as at from environment
                                    where project = any(${projects}) group by name) e), '{}') as environments,
                 coalesce((select array_agg(name order by name)
                             from (select distinct name from service where project = any(${projects})
                                    order by name limit 500) s), '{}') as services`,
    ),
  ]);
  const shown = rows.slice(0, pageSize);
  const last = shown.at(-1);
  return {
    asOf: now,
    lines: shown.map(lineOf),
    next: rows.length > pageSize && last ? `${last.requestedAt},${last.id}` : null,
    environments: choices?.environments ?? [],
    services: choices?.services ?? [],
  };
}

function conditions({ environment, service, phase, after }: z.output<typeof promotionsFilter>): Sql {
  const parts: Sql[] = [];
  if (environment !== undefined) parts.push(sql` and environment = ${environment}`);
  if (service !== undefined) parts.push(sql` and ${service} = any(services)`);
  if (phase !== undefined) parts.push(sql` and phase = any(${phaseGroups[phase]})`);
  // Open ones have an index of their own, which the planner takes only where it is told.
  if (phase !== undefined && phaseGroups[phase].every((one) => isOpen(one))) parts.push(sql` and ended_at is null`);
  const [at, id] = after?.split(",") ?? [];
  if (at !== undefined && id !== undefined) parts.push(sql` and (requested_at, id) < (${at}::timestamptz, ${id})`);
  return sql.join(parts, "");
}

function isOpen(phase: PromotionPhase): boolean {
  return (phaseGroups.open as readonly PromotionPhase[]).includes(phase);
}

function lineOf(row: Row): PromotionLine {
  const { id, project, environment, services, version, kind, phase, requestedAt, endedAt } = row;
  return {
    ...{ id, project, environment, services, version, kind, phase, requestedAt, endedAt },
    requestedBy: row.requestedBy.name,
    note: noteOf(row),
    progress: progressOf(row),
  };
}

/** What a person wants to know beside the phase; exported for its test. */
export function noteOf(row: Pick<Row, "phase" | "verdicts" | "cause" | "trouble" | "why" | "supersededBy">): string {
  switch (row.phase) {
    case "waiting":
      return row.verdicts
        .filter((verdict) => !isOpenGate(verdict))
        .map((verdict) => `${verdict.gate}: ${verdict.summary}`)
        .join("; ");
    case "queued":
      return "another promotion has its place";
    case "rollingBack":
    case "rolledBack":
    case "failed":
      return row.cause?.reason ?? "";
    case "stuck":
      return row.trouble ?? "";
    case "rejected":
    case "aborted":
      return row.why ?? "";
    case "superseded":
      return row.supersededBy ? `by ${row.supersededBy}` : "";
    case "expired":
      return "nobody answered in time";
    case "rollingOut":
    case "verifying":
    case "succeeded":
      return "";
    default:
      return row.phase satisfies never;
  }
}

function progressOf({ phase, rollouts }: Row): PromotionLine["progress"] {
  if (!rollouts || (phase !== "rollingOut" && phase !== "rollingBack")) return null;
  const done = phase === "rollingOut" ? "observed" : "reverted";
  return { done: rollouts.filter((one) => one.phase === done).length, of: rollouts.length };
}
