import { can } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { allSent } from "@/lib/db/all-sent";
import { type Queryable, sql } from "@/lib/db/sql";
import type { LedgerEntry } from "@/lib/ledger/ledger-entry";
import { loadPromotionEntries } from "@/lib/ledger/load";
import { NotFound } from "@/lib/pipeline/errors";
import { type Change, changesBetween } from "@/lib/pipeline/plain-changes";
import { evolve } from "@/lib/pipeline/promotion/evolve";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { type CanaryView, canariesOf } from "@/lib/queries/canaries";
import { type FeedLine, feedLine, momentOf, type PromotionMoment, replayableOf } from "@/lib/queries/promotion-moment";
import type { PageEntry } from "@/lib/queries/promotion-orders";
import { keptMoments } from "@/lib/queries/replay-moments";
import { loadUsualSpans, type SteppedRollout, steppedRollouts, type UsualSpans } from "@/lib/queries/rollout-steps";

/** A promotion as it stood after one of its entries, as far as the ledger keeps it: pods are not among it. */
export interface ReplayFrame extends PromotionMoment {
  rollouts: SteppedRollout[];
  canaries: CanaryView[];
}

/** One entry of a rollout, and what it changed of the frame before it; the first one's is all of it. */
export interface ReplayMoment extends Omit<FeedLine, "hash"> {
  changes: Change[];
}

/** A finished promotion from its start to its last entry. */
export interface ReplayView {
  asOf: string;
  id: string;
  /** Oldest first; empty where nothing can be replayed. */
  moments: ReplayMoment[];
  /** So many entries there are; where that is more than the moments, each moment holds those before it too. */
  entries: number;
}

/**
 * What a finished promotion looked like after each of its entries, built from the ledger alone. A long one is shown by a
 * few hundred moments. Throws NotFound for what is not there, or not theirs to see.
 */
export async function loadPromotionReplay(
  db: Queryable,
  principal: Principal,
  id: string,
  now: string,
): Promise<ReplayView> {
  const [row] = await db.query<{ state: PromotionState }>(sql`select state from promotion where id = ${id}`);
  if (!row || !can(principal, "view", { project: row.state.project })) throw new NotFound(`promotion ${id}`);
  const [entries, usual] = await allSent([
    loadPromotionEntries(db, row.state.project, id),
    loadUsualSpans(db, row.state),
  ]);
  if (!replayableOf(row.state, entries)) return { asOf: now, id, moments: [], entries: 0 };
  return { asOf: now, id, ...replayOf(entries, usual) };
}

/** The moments of a rollout from all entries of its promotion, which begins with the request. */
export function replayOf(entries: readonly LedgerEntry[], usual: UsualSpans): Pick<ReplayView, "moments" | "entries"> {
  const start = entries.findIndex((entry) => entry.kind === "promotion.started");
  if (start < 0) return { moments: [], entries: 0 };
  const kept = new Set(keptMoments(entries.slice(start).map((entry) => entry.kind)).map((index) => start + index));
  // As a page reads them: those of a promotion, whose kind and data belong together.
  const told = entries.map((entry) => ({ ...entry, service: entry.subject.service ?? null }) as PageEntry);
  const moments: ReplayMoment[] = [];
  let state: PromotionState | undefined;
  let before: ReplayFrame | undefined;
  for (const [index, entry] of entries.entries()) {
    state = evolve(state, entry);
    const [one] = told.slice(index);
    if (!state || !one || !kept.has(index)) continue;
    const frame = frameOf(state, told.slice(0, index + 1), usual);
    const { hash: _, ...line } = feedLine(state.plan, one);
    moments.push({ ...line, changes: changesBetween(before, frame) });
    before = frame;
  }
  return { moments, entries: entries.length - start };
}

/** As JSON holds it: what is undefined is not there. */
function frameOf(state: PromotionState, entries: readonly PageEntry[], usual: UsualSpans): ReplayFrame {
  const frame = { ...momentOf(state, entries), rollouts: steppedRollouts(state, usual), canaries: canariesOf(state) };
  return JSON.parse(JSON.stringify(frame)) as ReplayFrame;
}
