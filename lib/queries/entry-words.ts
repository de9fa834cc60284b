import type { Verdict } from "@/lib/pipeline/gates/gate";
import { isOpen } from "@/lib/pipeline/gates/gate";
import type { EntryBody, EntrySubject, Via } from "@/lib/pipeline/promotion/entry";
import { type SeverityCounts, severities } from "@/lib/pipeline/scan/severity";

/** The promotion that an entry belongs to, as far as its words need it. */
export interface EntryPromotion {
  services: readonly string[];
  version: string;
  environment: string;
  kind: string;
}

/** An entry with what its words are made of; `promotion` is null outside a promotion's life. */
export type SpokenEntry = EntryBody & { subject: EntrySubject; promotion: EntryPromotion | null };

/** What an entry is about, in words for a line of a table. */
export interface EntryWords {
  /** `backend v2.4.0 → production`. */
  subject: string;
  /** What of it matters most: a reason, a count; absent where the kind says it all. */
  about?: string;
}

/** The words of an entry; every kind has its own. Digests and hashes are printed short, as everywhere. */
export function entryWords(entry: SpokenEntry): EntryWords {
  const subject = subjectWords(entry);
  const about = aboutWords(entry);
  return about === "" ? { subject } : { subject, about };
}

function subjectWords(entry: SpokenEntry): string {
  const { subject, promotion } = entry;
  if (entry.kind === "project.applied") return `project file, version ${entry.data.version}`;
  if (entry.kind === "project.held" || entry.kind === "project.released") return "every environment";
  if (entry.kind === "policy.proposed") return `project file, after version ${entry.data.baseVersion}`;
  if (entry.kind === "policy.rejected") return `project file, ${entry.data.id}`;
  if (entry.kind === "connection.applied") return `connection ${entry.data.name}`;
  if (entry.kind === "token.created") return `token ${entry.data.label}`;
  if (entry.kind === "token.revoked") return `token ${entry.data.id.slice(0, 8)}`;
  if (entry.kind === "person.revoked" || entry.kind === "person.restored") return entry.data.name;
  if (entry.kind === "scan.recorded" || entry.kind === "check.reported")
    return `${servicesWords(entry.data.services)} ${short(entry.data.digest)}`;
  if (entry.kind === "release.announced") return subject.release ?? entry.data.version;
  if (promotion) {
    const services = subject.service ?? servicesWords(promotion.services);
    const way = promotion.kind === "rollback" ? "back to " : "";
    return `${services} ${way}${promotion.version} → ${promotion.environment}`;
  }
  const service = "service" in entry.data ? entry.data.service : subject.service;
  return [service, subject.environment].filter(Boolean).join(" in ") || (subject.promotion ?? "");
}

function servicesWords(services: readonly string[]): string {
  const [first = "", second] = services;
  if (services.length > 2) return `${first} and ${services.length - 1} more`;
  return second === undefined ? first : `${first} and ${second}`;
}

function aboutWords(entry: SpokenEntry): string {
  switch (entry.kind) {
    case "promotion.requested":
      return entry.data.reason ?? (entry.data.causedBy ? `because of ${entry.data.causedBy}` : "");
    case "promotion.replanned":
      return joined([
        entry.data.changes.join(", "),
        entry.data.voided > 0 && `${entry.data.voided} approvals void`,
        entry.data.voidedTicks !== undefined && `${entry.data.voidedTicks} ticks void`,
      ]);
    case "gates.evaluated":
    case "promotion.started":
      return verdictWords(entry.data.verdicts);
    case "promotion.approved":
      return joined([entry.data.reason, `plan ${short(entry.data.planHash)}`, viaWords(entry.data.via)]);
    case "checklist.ticked":
    case "checklist.unticked":
      return joined([entry.data.text, `plan ${short(entry.data.planHash)}`]);
    case "override.requested":
    case "gate.overridden":
      return joined([entry.data.gateKind, entry.data.reason, entry.data.incident]);
    case "override.reviewed":
      return entry.data.words;
    case "promotion.rejected":
      return joined([entry.data.why, viaWords(entry.data.via)]);
    case "promotion.requeued":
    case "promotion.aborted":
      return entry.data.why;
    case "promotion.queued":
      return "all gates are open";
    case "promotion.prolonged":
      return `its window opens later: until ${entry.data.expiresAt.slice(0, 16).replace("T", " ")} UTC`;
    case "promotion.expired":
      return "nobody answered in time";
    case "promotion.superseded":
      return `by ${entry.data.supersededBy}`;
    case "promotion.succeeded":
      return countOf(entry.data.services.length, "service", "verified");
    case "promotion.stuck":
      return entry.data.trouble;
    case "promotion.unstuck":
      return "tried again";
    case "promotion.rolledBack":
      return entry.data.nextStep;
    case "promotion.failed":
      return entry.data.cause?.reason ?? entry.data.nextStep;
    case "rollback.started":
      return entry.data.cause.reason;
    default:
      return stepWords(entry);
  }
}

/** Where a yes or no was given; nothing for a page, which is where one expects it. */
function viaWords(via: Via | undefined): string | false {
  return via === "chat" ? "by a button in the chat" : via === "api" && "over the API";
}

type PromotionKind =
  | `promotion.${string}`
  | `checklist.${string}`
  | `override.${string}`
  | "gate.overridden"
  | "gates.evaluated"
  | "rollback.started";
type OtherEntry = Exclude<SpokenEntry, { kind: PromotionKind }>;

/** What was done to targets, what checks said, and what happened outside promotions. */
function stepWords(entry: OtherEntry): string {
  switch (entry.kind) {
    case "rollout.requested":
    case "revert.requested":
      return joined([short(entry.data.digest), entry.data.attempt > 1 && `attempt ${entry.data.attempt}`]);
    case "rollout.stepRequested":
      return joined([entry.data.step, entry.data.attempt > 1 && `attempt ${entry.data.attempt}`]);
    case "rollout.stepAccepted":
    case "rollout.stepNoted":
    case "rollout.stepDone":
    case "rollout.stepSkipped":
      return `${entry.data.step}: ${entry.data.words}`;
    case "rollout.stepFailed":
      return `${entry.data.step}: ${entry.data.reason}`;
    case "rollout.paused":
    case "rollout.resumed":
    case "rollout.analysisSkipped":
    case "rollout.promotedFully":
      return `${entry.data.step}: ${entry.data.why}`;
    case "rollout.accepted":
    case "revert.accepted":
      if (!entry.data.written) return "it was so already";
      return entry.data.targetGeneration > 0 ? `generation ${entry.data.targetGeneration}` : "workload not touched";
    case "rollout.observed":
      return `runs ${short(entry.data.runs)}, ${entry.data.ready} of ${entry.data.desired} ready`;
    case "revert.observed":
      return entry.data.runs === null ? "runs nothing" : `runs ${short(entry.data.runs)}`;
    case "trigger.fired":
      return `${entry.data.trigger}: ${entry.data.words}`;
    case "rollout.failed":
    case "verification.failed":
    case "tag.failed":
    case "digest.blocked":
    case "environment.held":
    case "automation.held":
      return entry.data.reason;
    case "verification.started":
      return countOf(entry.data.checks.length, "check");
    case "verification.checked":
      return checkWords(entry.data.checks.map((check) => check.status));
    case "verification.passed":
      return countOf(entry.data.tags.length, "tag", "to move");
    case "tag.moved":
      return `${entry.data.tag} to ${short(entry.data.digest)}`;
    case "colour.retired":
      return `${entry.data.workload}, ${entry.data.colour}, has no pods any more`;
    case "colour.kept":
      return `${entry.data.colour} stays up: ${entry.data.why}`;
    case "digest.pinned":
      return joined([short(entry.data.digest), entry.data.reason]);
    case "digest.unpinned":
    case "digest.unblocked":
    case "environment.released":
    case "automation.resumed":
      return entry.data.why;
    default:
      return projectWords(entry);
  }
}

type ProjectEntry = Exclude<
  OtherEntry,
  {
    kind:
      | `rollout.${string}`
      | "trigger.fired"
      | `revert.${string}`
      | `colour.${string}`
      | `verification.${string}`
      | `tag.${string}`
      | `digest.${string}`
      | `automation.${string}`
      | `environment.${string}`;
  }
>;

function projectWords(entry: ProjectEntry): string {
  switch (entry.kind) {
    case "deployment.found":
      return joined([entry.data.version, entry.data.digest && short(entry.data.digest)]);
    case "reverification.requested":
      return short(entry.data.digest);
    case "reverification.passed":
      return joined([short(entry.data.digest), countOf(entry.data.evidence.length, "check", "right")]);
    case "reverification.failed":
    case "reverification.errored":
      return joined([short(entry.data.digest), entry.data.reason]);
    case "drift.detected":
      return `runs ${entry.data.runs ? short(entry.data.runs) : "nothing"}, not ${short(entry.data.wanted)}`;
    case "drift.cleared":
      return `runs ${short(entry.data.runs)} again`;
    case "drift.adopted":
      return joined([short(entry.data.digest), entry.data.why]);
    case "project.held":
      return entry.data.reason;
    case "project.released":
      return entry.data.why;
    case "policy.proposed":
      return joined([countOf(entry.data.changes.length, "change"), `guards ${entry.data.environments.join(", ")}`]);
    case "policy.rejected":
      return entry.data.why;
    case "project.applied":
      return countOf(entry.data.changes.length, "change");
    case "connection.applied":
      return `${entry.data.connectionKind}, version ${entry.data.version}`;
    case "release.announced":
      return announcedWords(entry.data.artifacts);
    case "scan.recorded":
      return scanCountWords(entry.data);
    case "check.reported":
      return joined([
        `${entry.data.name} ${entry.data.status} in ${entry.subject.environment ?? ""}`,
        entry.data.summary,
      ]);
    case "token.created":
      return joined([
        entry.data.role,
        entry.data.environments.length > 0 ? `in ${entry.data.environments.join(", ")}` : "in every environment",
      ]);
    case "person.revoked":
      return entry.data.reason;
    case "person.restored":
      return entry.data.why;
    case "token.revoked":
      return "";
    default:
      return entry satisfies never;
  }
}

function announcedWords(artifacts: { digest: string; revision: string | null }[]): string {
  const [first] = artifacts;
  if (!first || artifacts.length > 1) return countOf(artifacts.length, "artifact");
  return joined([short(first.digest), first.revision && `commit ${first.revision.slice(0, 7)}`]);
}

function scanCountWords({ tool, counts }: { tool: string; counts: SeverityCounts }): string {
  const found = severities.filter((one) => counts[one] > 0).map((one) => `${counts[one]} ${one}`);
  return `${tool}: ${found.length > 0 ? found.join(", ") : "nothing found"}`;
}

function verdictWords(verdicts: readonly Verdict[]): string {
  const open = verdicts.filter(isOpen).length;
  const shut = verdicts.find((verdict) => !isOpen(verdict));
  const count = `${open} of ${verdicts.length} gates pass`;
  return shut ? `${count}; ${shut.gate}: ${shut.summary}` : count;
}

function checkWords(statuses: readonly string[]): string {
  const good = statuses.filter((status) => status === "good" || status === "passed" || status === "holding").length;
  return `${good} of ${statuses.length} right`;
}

function countOf(count: number, noun: string, more?: string): string {
  return [count, count === 1 ? noun : `${noun}s`, more].filter((part) => part !== undefined).join(" ");
}

function joined(parts: (string | null | undefined | false)[]): string {
  return parts.filter(Boolean).join(", ");
}

/** `e83a…07f6`. */
function short(digest: string): string {
  const hex = digest.replace(/^sha256:/, "");
  return `${hex.slice(0, 4)}…${hex.slice(-4)}`;
}
