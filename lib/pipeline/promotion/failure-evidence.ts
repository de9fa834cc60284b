import { touched } from "@/lib/pipeline/promotion/go-back";
import type { PromotionInput } from "@/lib/pipeline/promotion/input";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { redactText } from "@/lib/pipeline/redaction/redact-text";
import type { Digest } from "@/lib/pipeline/release/digest";

/** What one pod left behind, in the cluster's words and its own. */
export interface PodRemains {
  pod: string;
  container: string;
  phase: string;
  ready: boolean;
  restarts: number;
  trouble?: { reason: string; message: string };
  events: { at: string; type: string; reason: string; message: string; count: number }[];
  noEvents?: string;
  log?: { text: string; previous: boolean; cut: boolean };
  noLog?: string;
}

/** Of one service: its pods, or why nothing is known of them. */
export interface ServiceRemains {
  service: string;
  digest: Digest;
  pods: PodRemains[];
  noPods?: string;
}

/** What is kept, redacted; its canonical JSON is what the ledger carries the hash of. Times are ISO 8601, UTC. */
export interface FailureEvidence {
  v: 1;
  promotion: string;
  at: string;
  services: ServiceRemains[];
}

/** How much is asked for and kept: of services, of each one's pods, of each pod's events and lines. */
export const evidenceLimits = { services: 5, pods: 3, events: 12, logLines: 60 };
const logCharactersMax = 8_000;
const wordsMax = 500;
/** So long it is kept; the hash in the ledger stays. */
export const evidenceDays = 90;

/** Whose pods may tell why `input` goes wrong: the services that were changed, and what they were told to run. */
export function servicesToTrace(state: PromotionState, input: PromotionInput): { service: string; digest: Digest }[] {
  const named = "service" in input ? input.service : undefined;
  const failing =
    input.kind === "checked"
      ? input.checks.filter((check) => check.status !== "good" && check.status !== "passed")
      : [];
  const rollouts = "rollouts" in state ? state.rollouts.filter(touched).map((one) => one.service) : [];
  const wanted = named === undefined ? failing.map((check) => check.service) : [named];
  return state.plan.services
    .filter(({ service }) => (wanted.length > 0 ? wanted.includes(service) : rollouts.includes(service)))
    .slice(0, evidenceLimits.services)
    .map(({ service, to, rollback }) => ({
      service,
      digest: input.kind === "revertSighted" && rollback ? rollback.digest : to.digest,
    }));
}

/**
 * What is kept of what was found: without secrets, known or by their form, and bounded (some 250 KB at most). Redacted as a
 * whole before anything is cut, so that no half of a secret is left at an edge. Pure.
 */
export function toKeep(
  { promotion, at, services }: Omit<FailureEvidence, "v">,
  secrets: readonly string[],
): FailureEvidence {
  const clean = (text: string) => redactText(text, secrets);
  const words = (text: string) => shortened(clean(text).replace(/\s+/g, " ").trim());
  return {
    v: 1,
    promotion,
    at,
    services: services.slice(0, evidenceLimits.services).map(({ service, digest, pods, noPods }) => ({
      service,
      digest,
      pods: pods.slice(0, evidenceLimits.pods).map((pod) => cleanPod(pod, clean, words)),
      ...(noPods === undefined ? {} : { noPods: words(noPods) }),
    })),
  };
}

function cleanPod(pod: PodRemains, clean: (text: string) => string, words: (text: string) => string): PodRemains {
  const { trouble, log, noLog, noEvents } = pod;
  return {
    pod: pod.pod,
    container: pod.container,
    phase: pod.phase,
    ready: pod.ready,
    restarts: pod.restarts,
    ...(trouble ? { trouble: { reason: words(trouble.reason), message: words(trouble.message) } } : {}),
    events: pod.events.slice(-evidenceLimits.events).map(({ at, type, reason, message, count }) => {
      return { at, type, reason: words(reason), message: words(message), count };
    }),
    ...(noEvents === undefined ? {} : { noEvents: words(noEvents) }),
    ...(log ? { log: lastOf(clean(log.text), log) } : {}),
    ...(noLog === undefined ? {} : { noLog: words(noLog) }),
  };
}

function shortened(text: string): string {
  return text.length <= wordsMax ? text : `${text.slice(0, wordsMax - 1).toWellFormed()}…`;
}

/** The last lines of it: whole ones, but where a single line is longer than all that is kept. */
function lastOf(text: string, { previous, cut }: { previous: boolean; cut: boolean }): NonNullable<PodRemains["log"]> {
  const lines = text.split("\n");
  const kept: string[] = [];
  let characters = 0;
  for (const line of lines.slice(-evidenceLimits.logLines).toReversed()) {
    characters += line.length + 1;
    if (characters > logCharactersMax && kept.length > 0) break;
    kept.unshift(line.length > logCharactersMax ? `${line.slice(0, logCharactersMax - 1).toWellFormed()}…` : line);
    if (characters > logCharactersMax) break;
  }
  return {
    text: kept.join("\n"),
    previous,
    cut: cut || kept.length < lines.length || lines.some((line) => line.length > logCharactersMax),
  };
}
