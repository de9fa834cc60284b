import { isOpen } from "@/lib/pipeline/gates/gate";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { awaitsJobs } from "@/lib/pipeline/verification/verifying-until";
import type { PageEntry, ServiceOrders } from "@/lib/queries/promotion-orders";

/** One station of a promotion's life, done, under way, to come, or where it stopped. Times are ISO 8601, UTC. */
export interface RouteStation {
  id: string;
  title: string;
  phase: "done" | "now" | "next" | "stopped";
  /** With `stopped`: how. */
  state?:
    | "failed"
    | "errored"
    | "aborted"
    | "rejected"
    | "expired"
    | "superseded"
    | "stuck"
    | "rolledBack"
    | "succeeded";
  from?: string;
  until?: string;
  note?: string;
  /** When it ends at the earliest, as the policy sets it. */
  expectedAt?: string;
}

interface Known {
  state: PromotionState;
  orders: readonly ServiceOrders[];
  entries: readonly PageEntry[];
}

/** The whole way of a promotion, from the request to its end; what was never reached is left out once it has ended. */
export function routeOf(known: Known): RouteStation[] {
  const { state } = known;
  const back = stationsBack(known);
  const stations = [
    requested(state),
    ...gates(known),
    ...rollouts(known),
    ...verification(known),
    ...tags(known),
    ...back,
  ];
  const last = lastStation(state);
  return last ? [...stations, last] : stations;
}

function find<Kind extends PageEntry["kind"]>(entries: readonly PageEntry[], kind: Kind) {
  return entries.find((entry): entry is PageEntry & { kind: Kind } => entry.kind === kind);
}

/** Still on its way there: what it has not reached is to come. */
function goesOn({ phase }: PromotionState): boolean {
  return phase === "waiting" || phase === "queued" || phase === "rollingOut" || phase === "verifying";
}

function requested({ requestedAt, requestedBy }: PromotionState): RouteStation {
  return { id: "requested", title: "Requested", phase: "done", from: requestedAt, note: requestedBy.name };
}

function gates({ state, entries }: Known): RouteStation[] {
  const started = find(entries, "promotion.started");
  const queued = find(entries, "promotion.queued");
  const open = state.verdicts.filter(isOpen).length;
  const note = `${open} of ${state.plan.gates.length} open`;
  const base = { id: "gates", title: "Gates", from: state.requestedAt, note };
  if (started) {
    const opened = queued?.at ?? started.at;
    const stations: RouteStation[] = [{ ...base, phase: "done", until: opened }];
    if (queued) stations.push({ id: "queue", title: "Queue", phase: "done", from: queued.at, until: started.at });
    return stations;
  }
  if (state.phase === "waiting") return [{ ...base, phase: "now" }];
  if (state.phase === "queued") {
    return [
      { ...base, phase: "done", until: state.since },
      { id: "queue", title: "Queue", phase: "now", from: state.since },
    ];
  }
  // It ended before they were open.
  const how = isEndedEarly(state.phase) ? state.phase : "failed";
  return [{ ...base, phase: "stopped", state: how, until: "endedAt" in state ? state.endedAt : undefined }];
}

function isEndedEarly(phase: string): phase is "rejected" | "expired" | "superseded" | "aborted" {
  return ["rejected", "expired", "superseded", "aborted"].includes(phase);
}

function rollouts({ state, orders, entries }: Known): RouteStation[] {
  const isOn = state.phase === "rollingOut";
  return orders.flatMap(({ service, there, failed }): RouteStation[] => {
    const title = state.plan.kind === "rollback" ? `Take ${service} back` : `Roll out ${service}`;
    const base = { id: `there ${service}`, title };
    if (there?.observed) return [{ ...base, phase: "done", from: there.requested.at, until: there.observed.at }];
    const cause = "cause" in state ? state.cause.kind : "failed";
    if (failed) return [{ ...base, phase: "stopped", state: cause, from: there?.requested.at, until: failed.at }];
    if (!there) return goesOn(state) ? [{ ...base, phase: "next" }] : [];
    if (isOn) return [{ ...base, phase: "now", from: there.requested.at }];
    const until = find(entries, "rollback.started")?.at;
    return [{ ...base, phase: "stopped", state: cause, from: there.requested.at, until }];
  });
}

function verification({ state, entries }: Known): RouteStation[] {
  const started = find(entries, "verification.started");
  const base = { id: "verify", title: "Verify" };
  if (!started) return goesOn(state) ? [{ ...base, phase: "next" }] : [];
  const passed = find(entries, "verification.passed");
  if (passed) return [{ ...base, phase: "done", from: started.at, until: passed.at }];
  if (state.phase === "verifying") {
    // When a job ends nobody knows: its time is a limit, not a forecast.
    const expected = awaitsJobs(state) ? {} : { expectedAt: state.watchUntil };
    return [{ ...base, phase: "now", from: started.at, ...expected }];
  }
  const failed = find(entries, "verification.failed") ?? find(entries, "rollback.started");
  const how = "cause" in state ? state.cause.kind : "aborted";
  return [{ ...base, phase: "stopped", state: how, from: started.at, until: failed?.at }];
}

function tags({ state, entries }: Known): RouteStation[] {
  if (state.plan.tags.length === 0) return [];
  const names = [...new Set(state.plan.tags.map((one) => one.tag))].join(", ");
  const base = { id: "tags", title: state.plan.tags.length > 1 ? "Move tags" : "Move tag", note: names };
  const passed = find(entries, "verification.passed");
  if (!passed) return goesOn(state) ? [{ ...base, phase: "next" }] : [];
  const wentBack = find(entries, "rollback.started");
  const settled = entries.filter(
    (entry) => (entry.kind === "tag.moved" || entry.kind === "tag.failed") && !(wentBack && entry.at > wentBack.at),
  );
  if (settled.length < state.plan.tags.length) {
    if (!wentBack) return [{ ...base, phase: "now", from: passed.at }];
    return [{ ...base, phase: "stopped", state: "aborted", from: passed.at, until: wentBack.at }];
  }
  const failed = settled.some((entry) => entry.kind === "tag.failed");
  const until = settled.at(-1)?.at;
  if (failed) return [{ ...base, phase: "stopped", state: "errored", from: passed.at, until }];
  return [{ ...base, phase: "done", from: passed.at, until }];
}

function stationsBack({ state, orders, entries }: Known): RouteStation[] {
  if (!find(entries, "rollback.started")) return [];
  const isOn = state.phase === "rollingBack";
  // The last one that was changed goes back first.
  return orders.toReversed().flatMap(({ service, there, back, failed }): RouteStation[] => {
    const base = { id: `back ${service}`, title: `Take ${service} back` };
    if (back?.observed) return [{ ...base, phase: "done", from: back.requested.at, until: back.observed.at }];
    if (back && isOn) return [{ ...base, phase: "now", from: back.requested.at }];
    if (back) return [{ ...base, phase: "stopped", state: "stuck", from: back.requested.at }];
    const isTouched = there !== null || failed !== null;
    return isOn && isTouched ? [{ ...base, phase: "next" }] : [];
  });
}

function lastStation(state: PromotionState): RouteStation | undefined {
  const ended = (title: string, how: RouteStation["state"], at: string, note?: string): RouteStation => {
    return { id: "end", title, phase: "stopped", state: how, from: at, note };
  };
  switch (state.phase) {
    case "waiting":
    case "queued":
    case "rollingOut":
    case "verifying":
      return { id: "end", title: "Succeeded", phase: "next" };
    case "rollingBack":
      return { id: "end", title: state.cause.kind === "aborted" ? "Aborted" : "Rolled back", phase: "next" };
    case "stuck":
      return ended("Stuck", "stuck", state.since, "needs a person");
    case "succeeded":
      return { id: "end", title: "Succeeded", phase: "done", from: state.endedAt };
    case "rejected":
      return ended("Rejected", "rejected", state.endedAt, state.by?.name ?? "by a gate");
    case "expired":
      return ended("Expired", "expired", state.endedAt, "nobody answered");
    case "superseded":
      return ended("Superseded", "superseded", state.endedAt, `by ${state.supersededBy}`);
    case "aborted":
      return ended("Aborted", "aborted", state.endedAt, state.by.name);
    case "rolledBack":
      return ended("Rolled back", "rolledBack", state.endedAt);
    case "failed":
      return ended("Failed", state.cause.kind === "errored" ? "errored" : "failed", state.endedAt);
    default:
      return state satisfies never;
  }
}
