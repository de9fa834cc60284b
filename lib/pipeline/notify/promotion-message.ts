import { entryLink, environmentLink, promotionLink } from "@/lib/pipeline/notify/links";
import type { Message } from "@/lib/pipeline/notify/message";
import type { Occurrence } from "@/lib/pipeline/notify/message-of";
import { plainText } from "@/lib/pipeline/notify/plain-text";
import { nameOf, utc } from "@/lib/pipeline/notify/words";
import type { PlannedService } from "@/lib/pipeline/plan/plan";
import type { PromotionState } from "@/lib/pipeline/promotion/state";

/** What of a promotion is told: what, where, who, and what came of it. */
export function promotionMessage({ kind, entry, origin, project }: Occurrence, promotion: PromotionState): Message {
  const { plan, id, requestedBy } = promotion;
  // Whoever had to sign the same plan again stands there once.
  const approvers = new Map(
    promotion.approvals.filter((one) => one.planHash === promotion.planHash).map((one) => [one.person, one.by]),
  );
  const told = outcome(kind, entry, promotion);
  const back = plan.kind === "rollback" ? "back to " : "";
  const what = `${serviceNames(plan.services)} ${back}${plainText(plan.version, 100)} → ${plan.environment}`;
  return {
    occasion: kind,
    project,
    title: told.word === "" ? what : `${what} ${told.word}`,
    summary: told.summary,
    tone: told.tone,
    urgent: kind === "promotion.stuck",
    facts: [
      { name: "project", value: project },
      { name: "environment", value: plan.environment },
      ...plan.services.map(serviceFact),
      { name: "asked by", value: nameOf(requestedBy) },
      ...(promotion.reason === null ? [] : [{ name: "because", value: plainText(promotion.reason) }]),
      ...[...approvers.values()].map((by) => ({ name: "approved by", value: nameOf(by) })),
      ...told.facts,
      { name: "at", value: utc(entry.at) },
    ],
    links: [
      { label: "Promotion", url: promotionLink(origin, id) },
      ...(kind === "promotion.stuck"
        ? [{ label: plan.environment, url: environmentLink(origin, project, plan.environment) }]
        : []),
      { label: `Entry ${entry.seq}`, url: entryLink(origin, project, entry.seq) },
    ],
    at: entry.at,
    environment: plan.environment,
    answerable: null,
    promotion: {
      ...{ id, kind: plan.kind, environment: plan.environment, release: plan.release, version: plan.version },
      planHash: promotion.planHash,
      services: plan.services.map(({ service, from, to: { version, digest } }) => {
        return { service, from: from && { version: from.version, digest: from.digest }, to: { version, digest } };
      }),
    },
  };
}

type Told = Pick<Message, "summary" | "tone" | "facts"> & { word: string };

function outcome(kind: Occurrence["kind"], entry: Occurrence["entry"], promotion: PromotionState): Told {
  const by = nameOf(entry.actor);
  const told = (word: string, tone: Told["tone"], summary: string, facts: Told["facts"] = []): Told => {
    return { word, tone, summary, facts };
  };
  const reason = (text: string) => [{ name: "reason", value: plainText(text) }];
  switch (entry.kind) {
    case "promotion.requested":
    case "promotion.replanned":
      return told(kind === "promotion.requested" ? "was asked for" : "", "neutral", `${by} asked for it.`);
    case "promotion.approved":
      return told("was approved", "neutral", `${by} said yes to this plan.`, reasonOf(entry.data.reason));
    case "checklist.ticked":
      return told("had an item ticked", "neutral", `${by} says that it is so: ${plainText(entry.data.text)}`);
    case "checklist.unticked":
      return told("had a tick taken back", "warning", `${by} says that it is not so: ${plainText(entry.data.text)}`);
    case "override.requested":
      return told("asks for a second person", "bad", `${by} asks to override a gate; it counts once confirmed.`, [
        ...overrideFacts(entry.data),
      ]);
    case "gate.overridden":
      return told("had a gate overridden", "bad", `${by} answers for it; another person reviews it afterwards.`, [
        ...overrideFacts(entry.data),
      ]);
    case "override.reviewed":
      return told("had an override reviewed", "neutral", `${by}: ${plainText(entry.data.words)}`);
    case "promotion.rejected":
      return told("was rejected", "warning", `${by} said no; it has ended.`, reason(entry.data.why));
    case "promotion.expired":
      return told("expired", "warning", "Nobody answered in time; it has ended and changed nothing.");
    case "promotion.superseded":
      return told("was superseded", "neutral", `${entry.data.supersededBy} is newer and took its place in the queue.`);
    case "promotion.aborted":
      return told("was aborted", "warning", `${by} stopped it.`, reason(entry.data.why));
    case "promotion.started":
      return told("has started", "neutral", "Every gate is open; targets are being changed.");
    case "promotion.succeeded":
      return told("succeeded", "good", "It was seen running, and every check passed.");
    case "promotion.rolledBack":
      return told("was rolled back", "bad", plainText(entry.data.nextStep), causeOf(promotion));
    case "promotion.failed":
      return told("failed", "bad", plainText(entry.data.nextStep), causeOf(promotion));
    case "promotion.stuck":
      return told("is stuck", "bad", stuckSummary(promotion), [...reason(entry.data.trouble), ...causeOf(promotion)]);
    default:
      return told("", "neutral", "");
  }
}

/** What a person can do. Nothing goes on by itself: it is not tried again, and nothing else takes its place. */
function stuckSummary({ plan }: PromotionState): string {
  const next = "Try its way back again, or close it with a reason, then promote or roll back by hand.";
  return `A person is needed now: ${plan.environment} is not as it should be, and nothing goes back by itself. ${next}`;
}

function overrideFacts(data: { gateKind: string; reason: string; incident: string }): Told["facts"] {
  return [
    { name: "gate", value: data.gateKind },
    { name: "reason", value: plainText(data.reason) },
    { name: "incident", value: plainText(data.incident) },
  ];
}

function reasonOf(text: string | null): Told["facts"] {
  return text === null ? [] : [{ name: "reason", value: plainText(text) }];
}

function causeOf(promotion: PromotionState): Told["facts"] {
  if (!("cause" in promotion) || promotion.cause === null) return [];
  const { kind, service, reason } = promotion.cause;
  const who = service === null ? "" : `${service}: `;
  // What could not be told is not a failure of the release.
  return [{ name: kind === "errored" ? "could not be told" : "cause", value: plainText(`${who}${reason}`) }];
}

function serviceFact({ service, from, to }: PlannedService): { name: string; value: string } {
  const before = from === null ? "nothing" : `${plainText(from.version ?? "unknown", 60)} ${short(from.digest)}`;
  return { name: service, value: `${before} → ${plainText(to.version, 60)} ${short(to.digest)}` };
}

function serviceNames(services: readonly PlannedService[]): string {
  const [first, second] = services.map((one) => one.service);
  if (services.length > 2) return `${first} and ${services.length - 1} more`;
  return second === undefined ? (first ?? "") : `${first} and ${second}`;
}

/** `e83a…07f6`, as pages print it. */
function short(digest: string): string {
  const hex = digest.replace(/^sha256:/, "");
  return `${hex.slice(0, 4)}…${hex.slice(-4)}`;
}
