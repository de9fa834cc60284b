import type { Actor } from "@/lib/pipeline/actor";
import { type CalendarState, calendarAt } from "@/lib/pipeline/calendar/closings";
import { wallWords } from "@/lib/pipeline/calendar/wall-words";
import type { FreezeConfig, FreezeSubject } from "@/lib/pipeline/gates/freeze-config";
import type { GateInput, Verdict } from "@/lib/pipeline/gates/gate";
import type { Plan, RollbackTarget } from "@/lib/pipeline/plan/plan";
import { shortDigest } from "@/lib/pipeline/release/digest";

type Evidence = Verdict["evidence"];

/**
 * Closed by calendar: in every window of `deny`, and outside those of `allow`. A promotion whose severity is exempt
 * passes all the same where a person asks for it and every service has something to go back to.
 */
export function evaluateFreeze(config: FreezeConfig & { kind: "freeze" }, input: GateInput): Verdict {
  const base = { gate: "freeze", demand: freezeDemand(config) };
  const { plan, evidence, now } = input;
  if (!evidence.request) return { ...base, status: "unknown", summary: "it is not known who asks", evidence: [] };
  const subject = subjectOf(plan, evidence.request.by);
  if (!config.appliesTo.includes(subject)) {
    return {
      ...base,
      status: "pass",
      summary: `${subjectWords[subject]} is not closed by this calendar`,
      evidence: [],
    };
  }
  const state = stateOf(config, now);
  if (!state) return { ...base, status: "unknown", summary: "the calendar cannot be read", evidence: [] };
  if (state.open) return { ...base, ...openWords(config, state) };
  const closed = { ...base, summary: closedWords(config, state), evidence: closedEvidence(state) };
  const { exempt } = config;
  const { severity } = plan;
  if (severity !== undefined && exempt.includes(severity)) {
    const way = exemption(plan, evidence.request);
    if (way.passes) {
      const summary = `${closed.summary}; ${severity} may pass`;
      const told = [{ name: "severity", value: severity, threshold: exempt.join(", ") }, ...way.evidence];
      return { ...closed, status: "pass", exempt: severity, summary, evidence: [...closed.evidence, ...told] };
    }
    closed.summary = `${closed.summary}; ${severity} does not pass: ${way.why}`;
  }
  return {
    ...closed,
    status: "wait",
    nextEvaluationAt: state.opensAt ?? state.lookedUntil,
    ...(state.opensAt === null ? {} : { opensAt: state.opensAt }),
    ...(exempt.length === 0
      ? {}
      : { whoMayOverride: `whoever asks for it as ${exempt.join(" or ")}, with a reason and something to go back to` }),
  };
}

/** What the gate demands, in a few words: `outside no Friday deploys`. */
export function freezeDemand({ deny, allow }: Pick<FreezeConfig, "deny" | "allow">): string {
  const list = (windows: FreezeConfig["deny"], joint: string) => {
    const shown = windows.slice(0, 3).map((one) => one.name);
    const more = windows.length - shown.length;
    return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(joint);
  };
  const parts = [
    ...(allow.length > 0 ? [`within ${list(allow, " or ")}`] : []),
    ...(deny.length > 0 ? [`outside ${list(deny, ", ")}`] : []),
  ];
  return parts.join(", ");
}

const subjectWords: Record<FreezeSubject, string> = {
  promote: "a promotion that somebody asks for",
  autoPromote: "an automatic promotion",
  rollback: "a rollback",
};

function subjectOf(plan: Plan, by: Actor): FreezeSubject {
  if (plan.kind === "rollback") return "rollback";
  return by.kind === "system" ? "autoPromote" : "promote";
}

/** A stored plan may hold a rule or a zone that this version of the libraries does not take: then nobody knows. */
function stateOf(config: FreezeConfig, now: string): CalendarState | undefined {
  try {
    return calendarAt(config, now);
  } catch {
    return undefined;
  }
}

function openWords({ timezone }: FreezeConfig, { closesAt, lookedUntil }: CalendarState) {
  const until = closesAt ?? lookedUntil;
  const summary =
    closesAt === null
      ? `open; nothing closes it before ${wallWords(lookedUntil, timezone)}`
      : `open until ${wallWords(closesAt, timezone)}`;
  return { status: "pass" as const, summary, evidence: [], nextEvaluationAt: until };
}

/** By which windows, and until when: in the zone of the calendar, whose clocks decide. */
export function closedWords({ timezone }: Pick<FreezeConfig, "timezone">, state: CalendarState): string {
  const by = state.closedBy.join(", ");
  if (state.opensAt !== null) return `closed by ${by} until ${wallWords(state.opensAt, timezone)}`;
  return `closed by ${by}, with no known end; looked as far as ${wallWords(state.lookedUntil, timezone)}`;
}

function closedEvidence({ closedBy, closing, opensAt, lookedUntil }: CalendarState): Evidence {
  return [
    ...closedBy.map((value) => ({ name: "closed by", value })),
    ...(closing?.from ? [{ name: "closed since", value: closing.from }] : []),
    opensAt === null ? { name: "no opening before", value: lookedUntil } : { name: "opens at", value: opensAt },
  ];
}

type Exemption = { passes: true; evidence: Evidence } | { passes: false; why: string };

/** An exempt severity is a named person's word, and safe only where the way back is there. */
function exemption(plan: Plan, { by, reason }: { by: Actor; reason: string | null }): Exemption {
  if (by.kind === "system") return { passes: false, why: "a person must ask" };
  const stranded = plan.services.filter((one) => plan.kind === "promote" && one.rollback === null);
  if (stranded.length > 0) {
    return { passes: false, why: `${stranded.map((one) => one.service).join(", ")} has nothing to go back to` };
  }
  const back = plan.services.flatMap(({ service, rollback }) =>
    rollback ? [{ name: `${service} goes back to`, value: wayBackWords(rollback) }] : [],
  );
  const why = reason === null ? [] : [{ name: "reason", value: reason }];
  return { passes: true, evidence: [{ name: "asked by", value: by.name }, ...why, ...back] };
}

function wayBackWords({ version, digest, verified }: RollbackTarget): string {
  return `${version ?? "an unknown version"} ${shortDigest(digest)}${verified ? "" : ", which nobody verified"}`;
}
