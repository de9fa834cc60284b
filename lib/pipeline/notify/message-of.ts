import { groupsOf } from "@/lib/pipeline/gates/approval-config";
import { isOpen } from "@/lib/pipeline/gates/gate";
import { type EventKind, isEventKind } from "@/lib/pipeline/notify/event-kind";
import {
  entryLink,
  environmentLink,
  planLink,
  projectFileLink,
  promotionLink,
  releaseLink,
} from "@/lib/pipeline/notify/links";
import type { Message } from "@/lib/pipeline/notify/message";
import { plainText } from "@/lib/pipeline/notify/plain-text";
import { promotionMessage } from "@/lib/pipeline/notify/promotion-message";
import { nameOf, utc } from "@/lib/pipeline/notify/words";
import type { Entry } from "@/lib/pipeline/promotion/entry";
import type { PromotionState } from "@/lib/pipeline/promotion/state";

/** What a message is made of: the entry that caused it, and the promotion as it stands when it is told. */
export interface Occurrence {
  kind: EventKind;
  project: string;
  entry: Entry & { seq: number };
  promotion: PromotionState | undefined;
  /** Where browsers reach Waybill, without a slash at the end. */
  origin: string;
}

/** There is nothing to tell any more, and why. */
export interface Dropped {
  kind: "dropped";
  why: string;
}

/**
 * The text of an event. Whether an approval is still asked for is looked at again here: nobody is asked for a yes that
 * would not count. Pure.
 */
export function messageOf(occurrence: Occurrence): Message | Dropped {
  const { kind, promotion } = occurrence;
  if (kind === "approval.requested" || kind === "approval.expiring") {
    return promotion ? askForApproval(occurrence, promotion) : gone;
  }
  if (/^(promotion|checklist|override|gate)\./.test(kind))
    return promotion ? promotionMessage(occurrence, promotion) : gone;
  if (occurrence.entry.kind === "policy.proposed") return askForSecond(occurrence, occurrence.entry);
  return elsewhere(occurrence);
}

/**
 * What stands in the place of a message that asked for a yes to the plan `asked`, now that somebody answered or it went on: the
 * same question with who signed so far, or what came of it, without a question. Pure.
 */
export function answeredMessage(
  occurrence: Omit<Occurrence, "kind">,
  promotion: PromotionState,
  asked: string,
): Message {
  const { entry } = occurrence;
  if (asked !== promotion.planHash) {
    const base = promotionMessage({ ...occurrence, kind: "promotion.requested" }, promotion);
    const summary =
      "The plan is another one by now, which is asked for anew. What was signed for this one does not count.";
    return { ...base, title: `Void: ${base.title}`, summary, tone: "neutral" };
  }
  const open = askForApproval({ ...occurrence, kind: "approval.requested" }, promotion);
  if (!("why" in open)) return open;
  const kind = isEventKind(entry.kind) ? entry.kind : "promotion.requested";
  return promotionMessage({ ...occurrence, kind }, promotion);
}

const gone: Dropped = { kind: "dropped", why: "the promotion is not there any more" };

function askForApproval(occurrence: Occurrence, promotion: PromotionState): Message | Dropped {
  const { kind, entry, origin, project } = occurrence;
  const { plan, planHash, expiresAt, id } = promotion;
  if (promotion.phase !== "waiting" && promotion.phase !== "queued") {
    return { kind: "dropped", why: `no approval was asked for any more: ${promotion.phase}` };
  }
  if (kind === "approval.requested" && "planHash" in entry.data && entry.data.planHash !== planHash) {
    return { kind: "dropped", why: "the plan was another one by then, for which approval is asked anew" };
  }
  const asked = plan.gates.flatMap((gate, index) => {
    const verdict = promotion.verdicts[index];
    if (gate.kind !== "approval" || gate.shadow || (verdict && isOpen(verdict))) return [];
    return groupsOf(gate).map(({ count, from }) => `${count} of ${from.join(", ")}`);
  });
  if (asked.length === 0) return { kind: "dropped", why: "enough people had approved by then" };
  const again = entry.kind === "promotion.replanned" ? "The plan changed, and what was approved before is void. " : "";
  const expiring = kind === "approval.expiring";
  const base = promotionMessage(occurrence, promotion);
  return {
    ...base,
    title: `${expiring ? "Approval expires soon" : "Approval asked"}: ${base.title}`,
    summary: `${again}${nameOf(promotion.requestedBy)} asks for a yes to exactly this plan. Without an answer it expires.`,
    tone: expiring ? "warning" : "neutral",
    facts: [
      ...base.facts,
      { name: "asked of", value: plainText(asked.join("; ")) },
      { name: "expires", value: utc(expiresAt) },
      { name: "plan", value: planHash.slice(0, 12) },
    ],
    links: [
      { label: "Open this plan", url: planLink(origin, id, planHash) },
      { label: "Promotion", url: promotionLink(origin, id) },
    ],
    project,
    answerable: { promotion: id, planHash },
  };
}

/** A change of the file that does not count before another administrator confirmed it. */
function askForSecond(
  { kind, project, origin }: Occurrence,
  entry: Occurrence["entry"] & { kind: "policy.proposed" },
): Message {
  const { environments, changes, expiresAt } = entry.data;
  return {
    ...{ occasion: kind, project, at: entry.at, promotion: null, environment: null, answerable: null, urgent: false },
    ...{ title: `A change of ${project}'s file waits for a second person`, tone: "neutral" },
    summary: "Another administrator looks at exactly this text and confirms it, or rejects it.",
    facts: [
      { name: "by", value: nameOf(entry.actor) },
      { name: "guards", value: plainText(environments.join(", ")) },
      { name: "changes", value: plainText(changes.map((one) => one.path).join(", ")) },
      { name: "expires", value: utc(expiresAt) },
    ],
    links: [
      { label: "Look at it", url: projectFileLink(origin, project) },
      { label: `Entry ${entry.seq}`, url: entryLink(origin, project, entry.seq) },
    ],
  };
}

/** What happened outside a promotion's own life. */
function elsewhere({ kind, project, entry, origin }: Occurrence): Message | Dropped {
  const environment = entry.subject.environment ?? null;
  const base = { occasion: kind, project, at: entry.at, promotion: null, environment, answerable: null, urgent: false };
  const by = { name: "by", value: nameOf(entry.actor) };
  const reason = (text: string) => ({ name: "reason", value: plainText(text) });
  const place = { name: "project", value: project };
  const links = [
    ...(environment === null ? [] : [{ label: environment, url: environmentLink(origin, project, environment) }]),
    { label: `Entry ${entry.seq}`, url: entryLink(origin, project, entry.seq) },
  ];
  switch (entry.kind) {
    case "environment.held":
      return {
        ...base,
        ...{ title: `${environment} is held`, tone: "warning", links, facts: [place, by, reason(entry.data.reason)] },
        summary: "Nothing new starts there until somebody lifts the hold.",
      };
    case "environment.released":
      return {
        ...base,
        ...{ title: `The hold of ${environment} is lifted`, tone: "neutral", links },
        ...{ facts: [place, by, reason(entry.data.why)], summary: "What waited for it goes on." },
      };
    case "project.held":
    case "project.released": {
      const held = entry.kind === "project.held";
      const why = entry.kind === "project.held" ? entry.data.reason : entry.data.why;
      return {
        ...base,
        ...{ title: held ? `${project} is held` : `The hold of ${project} is lifted`, links },
        ...{ tone: held ? "warning" : "neutral", facts: [by, reason(why)] },
        summary: held
          ? "Nothing new starts in any environment until somebody lifts the hold."
          : "What waited for it goes on.",
      };
    }
    case "digest.blocked": {
      const { service, digest, nextStep } = entry.data;
      const facts = [place, { name: "digest", value: digest }, by, reason(entry.data.reason)];
      return {
        ...base,
        ...{ title: `An image of ${service} is blocked in ${environment}`, tone: "bad", links, facts },
        summary: plainText(nextStep),
      };
    }
    case "digest.unblocked": {
      const { service, digest } = entry.data;
      const facts = [place, { name: "digest", value: digest }, by, reason(entry.data.why)];
      return {
        ...base,
        ...{ title: `An image of ${service} may go to ${environment} again`, tone: "neutral", links, facts },
        summary: "Its block is lifted.",
      };
    }
    case "drift.detected": {
      const { service, wanted, runs, changedBy } = entry.data;
      const facts = [
        place,
        { name: "should run", value: wanted },
        { name: "runs", value: runs ?? "nothing" },
        ...(changedBy === null ? [] : [{ name: "changed by", value: plainText(changedBy) }]),
      ];
      return {
        ...base,
        ...{ title: `${service} in ${environment} runs something else`, tone: "warning", links, facts },
        summary: "Somebody changed it past Waybill. Adopt it, or bring it back.",
      };
    }
    case "release.announced": {
      const release = entry.subject.release ?? entry.data.version;
      const artifacts = entry.data.artifacts.map(({ service, digest }) => ({ name: service, value: digest }));
      return {
        ...base,
        ...{ title: `${plainText(release, 100)} is announced`, tone: "neutral", facts: [place, by, ...artifacts] },
        summary: "It can be promoted.",
        links: [{ label: "Release", url: releaseLink(origin, project, release) }, ...links],
      };
    }
    default:
      return { kind: "dropped", why: `${kind} has no text` };
  }
}
