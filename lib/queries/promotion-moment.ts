import type { Plan } from "@/lib/pipeline/plan/plan";
import {
  type Cause,
  type CheckState,
  hasEnded,
  type PromotionPhase,
  type PromotionState,
} from "@/lib/pipeline/promotion/state";
import { verifyingUntil } from "@/lib/pipeline/verification/verifying-until";
import { entryWords, type SpokenEntry } from "@/lib/queries/entry-words";
import { ordersOf, type PageEntry, type ServiceOrders } from "@/lib/queries/promotion-orders";
import { type RouteStation, routeOf } from "@/lib/queries/promotion-route";
import { shownCheck } from "@/lib/queries/shown-check";

/** What of a promotion's page follows from its entries up to a moment alone. Times are ISO 8601, UTC. */
export interface PromotionMoment {
  phase: PromotionPhase;
  ended: boolean;
  /** Since when it stands where it stands, or when it ended. */
  since: string;
  /** Who or what ended it, and why, where a person or a gate did. */
  why: { by: string | null; text: string } | null;
  route: RouteStation[];
  orders: ServiceOrders[];
  checks: CheckState[];
  watchUntil: string | null;
  tags: { service: string; tag: string; status: "due" | "moved" | "failed"; note: string }[];
  cause: Cause | null;
  nextStep: string | null;
  trouble: string | null;
}

/** How a promotion stands in `state`, which its `entries` up to then have made. */
export function momentOf(state: PromotionState, entries: readonly PageEntry[]): PromotionMoment {
  const orders = ordersOf(
    state.plan.services.map((one) => one.service),
    entries,
  );
  return {
    phase: state.phase,
    ended: hasEnded(state.phase),
    since: "since" in state ? state.since : state.endedAt,
    why: whyOf(state),
    route: routeOf({ state, orders, entries }),
    orders,
    checks: ("checks" in state ? state.checks : lastChecks(entries)).map(shownCheck),
    watchUntil: state.phase === "verifying" ? verifyingUntil(state) : null,
    tags: state.phase === "verifying" || state.phase === "succeeded" ? state.tags : [],
    cause: "cause" in state ? state.cause : null,
    nextStep: "nextStep" in state ? state.nextStep : null,
    trouble: "trouble" in state ? state.trouble : null,
  };
}

function whyOf(state: PromotionState): PromotionMoment["why"] {
  if (state.phase === "rejected" || state.phase === "aborted") return { by: state.by?.name ?? null, text: state.why };
  return null;
}

/** Once it has gone back the state keeps no checks, but the ledger has the last ones. */
function lastChecks(entries: readonly PageEntry[]): CheckState[] {
  const last = entries.findLast(
    (entry) => entry.kind === "verification.checked" || entry.kind === "verification.started",
  );
  return last && (last.kind === "verification.checked" || last.kind === "verification.started") ? last.data.checks : [];
}

/** The entries between which a promotion's rollout can be replayed; null before it has ended, and where nothing was done. */
export function replayableOf(
  state: PromotionState,
  entries: readonly { seq: number; kind: string }[],
): { from: number; to: number } | null {
  const from = entries.find((entry) => entry.kind === "promotion.started")?.seq;
  const to = entries.at(-1)?.seq;
  return from !== undefined && to !== undefined && hasEnded(state.phase) ? { from, to } : null;
}

/** An entry of a promotion as a line of its feed. */
export interface FeedLine {
  seq: number;
  kind: string;
  at: string;
  by: string;
  hash: string;
  about: string | null;
}

/** An entry of a promotion of this plan, in words. */
export function feedLine(plan: Plan, entry: PageEntry): FeedLine {
  const { version, environment, kind } = plan;
  const promotion = { services: plan.services.map((one) => one.service), version, environment, kind };
  const { seq, at, hash, actor } = entry;
  const subject = entry.service ? { service: entry.service } : {};
  // Rows of the ledger: kind and data belong together, as append.ts wrote them.
  const words = entryWords({ ...entry, subject, promotion } as unknown as SpokenEntry);
  return { seq, kind: entry.kind, at, by: actor.name, hash, about: words.about ?? null };
}
