import type { EntryRow } from "@/lib/ledger/ledger-entry";
import type { PromotionEntryBody } from "@/lib/pipeline/promotion/entry";
import type { Digest } from "@/lib/pipeline/release/digest";

/** A promotion's own entry as its page needs it; a plan in `data` is left out. */
export type PageEntry = Pick<EntryRow, "seq" | "at" | "actor" | "service" | "hash"> &
  (PromotionEntryBody | { kind: "digest.blocked" | "environment.held"; data: Record<string, unknown> });

/** One copy of an order: when, and by which entry it is proved. */
export interface OrderCopy {
  at: string;
  entry: number;
  /** Of what: the target's generation, the pods that were seen. */
  about: string;
}

/** An order to a target: asked for, taken, seen. */
export interface Order {
  digest: Digest;
  attempt: number;
  requested: OrderCopy;
  accepted: OrderCopy | null;
  observed: OrderCopy | null;
}

/** What was done to one service, on the way there and on the way back. */
export interface ServiceOrders {
  service: string;
  there: Order | null;
  failed: { at: string; entry: number; reason: string } | null;
  back: Order | null;
}

/** The orders of every service of a plan, as the entries tell them; a later attempt takes the place of an earlier one. */
export function ordersOf(services: readonly string[], entries: readonly PageEntry[]): ServiceOrders[] {
  const orders = new Map(
    services.map((service): [string, ServiceOrders] => [service, { service, there: null, failed: null, back: null }]),
  );
  for (const entry of entries) {
    const service = "service" in entry.data ? orders.get(String(entry.data.service)) : undefined;
    if (service) applyEntry(service, entry);
  }
  return [...orders.values()];
}

function applyEntry(order: ServiceOrders, entry: PageEntry): void {
  const { at, seq } = entry;
  switch (entry.kind) {
    case "rollout.requested":
    case "revert.requested": {
      const { digest, attempt, generation } = entry.data;
      const requested = { at, entry: seq, about: `order ${generation}` };
      const made: Order = { digest, attempt, requested, accepted: null, observed: null };
      if (entry.kind === "rollout.requested") order.there = made;
      else order.back = made;
      return;
    }
    case "rollout.accepted":
    case "revert.accepted": {
      const asked = entry.kind === "rollout.accepted" ? order.there : order.back;
      const { targetGeneration, written } = entry.data;
      const about = written ? writtenWords(targetGeneration) : "it stood there already";
      if (asked) asked.accepted = { at, entry: seq, about };
      return;
    }
    case "rollout.observed": {
      const { ready, desired, as } = entry.data;
      const about = `${ready} of ${desired} pods run it${as === "platform" ? ", by its platform's digest" : ""}`;
      if (order.there) order.there.observed = { at, entry: seq, about };
      return;
    }
    case "revert.observed":
      if (order.back) order.back.observed = { at, entry: seq, about: "every pod runs it again" };
      return;
    case "rollout.failed":
      order.failed = { at, entry: seq, reason: entry.data.reason };
      return;
    default:
  }
}

/** A canary's way back turns its route alone: there is no new generation of the workload. */
function writtenWords(targetGeneration: number): string {
  return targetGeneration > 0 ? `as generation ${targetGeneration} of the workload` : "the workload was not touched";
}
