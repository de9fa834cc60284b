import type { Actor } from "@/lib/pipeline/actor";
import type { CheckStatus } from "@/lib/pipeline/check/report";
import type { WebhookAnswer } from "@/lib/pipeline/gates/webhook-answer";
import type { Plan } from "@/lib/pipeline/plan/plan";
import type { Approval, Override, Tick } from "@/lib/pipeline/promotion/state";
import type { Digest } from "@/lib/pipeline/release/digest";
import type { ScanFinding } from "@/lib/pipeline/scan/report";

export type VerdictStatus = "pass" | "fail" | "wait" | "unknown";

/** A gate's answer: only pass opens it. Times are ISO 8601 in UTC. */
export interface Verdict {
  gate: string;
  status: VerdictStatus;
  /** What the gate demands, in a few words: "2 h in staging". */
  demand: string;
  /** What was found, in a sentence a release manager understands. */
  summary: string;
  /** `url`: where more of it can be seen, an http or https address. */
  evidence: { name: string; value: string; threshold?: string; url?: string }[];
  /** What an outside system said, in its own words, on one line. */
  said?: string;
  /** When asking again can give another answer by itself; absent where only an event can change it. */
  nextEvaluationAt?: string;
  /** When it is expected to open; "unknown end" is the absence. */
  opensAt?: string;
  /** Who can change the answer, in words: "one of veza-approvers". */
  whoCanAct?: string;
  /** The groups and addresses whose yes would count, where it waits for one. */
  askedOf?: string[];
  /** Who may let it pass all the same, in words; absent where nobody may. */
  whoMayOverride?: string;
  /** When this answer was given; `evaluateGates` sets it. */
  evaluatedAt?: string;
  /** It is closed, and this severity lets the promotion pass: somebody reviews that afterwards, like an override. */
  exempt?: string;
  /** The gate runs in shadow: its answer is recorded and stops nothing. */
  shadow?: true;
  /** Somebody let it pass, by name, for this plan alone. */
  overridden?: { by: Actor; reason: string; incident: string; at: string; confirmedBy?: Actor };
  /** Somebody asked to let it pass; it takes a second person, whose answer is waited for. */
  overrideAsked?: { id: number; by: Actor; reason: string; incident: string; at: string };
}

/** Whether nothing stands in the way here: it passed, it only watches, or somebody answers for letting it pass. */
export function isOpen({ status, shadow, overridden }: Pick<Verdict, "status" | "shadow" | "overridden">): boolean {
  return status === "pass" || shadow === true || overridden !== undefined;
}

/** Whether this answer ends the promotion: a no, of a gate that counts, that nobody overrode or asked to override. */
export function refuses(verdict: Pick<Verdict, "status" | "shadow" | "overridden" | "overrideAsked">): boolean {
  return verdict.status === "fail" && !isOpen(verdict) && verdict.overrideAsked === undefined;
}

/** A fact of an outside system, as it was learnt last. Exactly one of `value` and `trouble` is there. */
export interface OutsideFact<Value> {
  value?: Value;
  /** Why it is not known, in words without secrets. */
  trouble?: string;
  observedAt: string;
}

/** A success of one digest of one service in one environment. */
export interface UpstreamSuccess {
  service: string;
  environment: string;
  digest: Digest;
  promotion: string;
  verifiedAt: string;
  /** What happened there since: it does not count any more. */
  takenBack?: { at: string; by: string; why: string };
}

/** Facts about people who approved or ticked: what they may do at this moment. Absent person: unknown, does not count. */
export interface Standing {
  person: string;
  email: string;
  groups: string[];
  mayApprove: boolean;
  /** Absent where nobody asked for it: then it does not count either. */
  mayTick?: boolean;
}

/** What the registry said of one service's image when it was announced. */
export interface ImageFacts {
  service: string;
  digest: Digest;
  /** Each platform by its own config; absent where it was announced before these were kept. */
  images?: {
    os: string;
    architecture: string;
    variant?: string;
    sizeBytes: number;
    user: string;
    healthcheck: boolean;
    labels: Record<string, string>;
  }[];
}

/** How many events were good, and how many there were; null where nothing was answered. */
export interface EventCounts {
  good: number | null;
  total: number | null;
}

/** What is known of one service's error budget by one SLO of its project. */
export interface ErrorBudget {
  slo: string;
  service: string;
  targetPercent: number;
  /** Undefined: nobody measured it yet. */
  fact: OutsideFact<{ window: EventCounts; hour: EventCounts }> | undefined;
}

/** What one scanner found in one digest. */
export interface Scan {
  /** Its id here, or its digest in the registry. */
  id: string;
  tool: string;
  toolVersion: string | null;
  scannedAt: string | null;
  /** Who uploaded it, by name; null where it was found in the registry. */
  reportedBy: string | null;
  findings: ScanFinding[];
}

/** Scans attached to a digest in its registry, and what looked like one and counts for nothing. */
export interface RegistryScans {
  scans: Scan[];
  unreadable: string[];
}

/**
 * The scans of one service's digest. `registry` is null where it was not asked yet, and absent where what it held is not
 * told: of the past.
 */
export interface ScanFacts {
  service: string;
  digest: Digest;
  uploaded: Scan[];
  registry?: OutsideFact<RegistryScans> | null;
}

/** Who signed a digest, of those whom a gate names, and why what else is attached does not count. */
export interface Signatures {
  valid: { by: string; at: string | null }[];
  refused: string[];
}
export type SignatureFact = OutsideFact<Signatures>;

/** What was reported last of a check of one digest in one environment. */
export interface CheckFact {
  name: string;
  digest: Digest;
  environment: string;
  status: CheckStatus;
  summary: string | null;
  url: string | null;
  reportedBy: string;
  reportedAt: string;
}

/** The facts that gates judge. An absent field was not loaded or could not be: it is unknown, never pass. */
export interface GateEvidence {
  /** What stands in the plan's environment, and in its whole project (null). */
  holds?: { environment: string | null; reason: string; heldBy: Actor; heldAt: string }[];
  blocks?: { service: string; digest: Digest; reason: string; blockedAt: string }[];
  pins?: { service: string; digest: Digest; reason: string; pinnedBy: Actor; pinnedAt: string }[];
  successes?: UpstreamSuccess[];
  /** Who asks and why; the reason is null while the request is only looked at. */
  request?: { by: Actor; reason: string | null };
  errorBudgets?: ErrorBudget[];
  approvals?: { planHash: string; requestedBy: Actor; requestedAt: string; given: Approval[]; standings: Standing[] };
  /** `requested`: false while the plan is only looked at, when nothing can be ticked yet. */
  checklists?: { planHash: string; requestedBy: Actor; requested: boolean; ticks: Tick[]; standings: Standing[] };
  images?: ImageFacts[];
  scans?: ScanFacts[];
  checks?: CheckFact[];
  /** By the gate's place in the plan. `requested`: false while the plan is only looked at, when nobody is asked. */
  webhooks?: { requested: boolean; answers: { gate: number; fact?: OutsideFact<WebhookAnswer> }[] };
  /** By what a gate demands (`signatureDemandName`), service and digest; without a fact nobody asked. */
  signatures?: { demand: string; service: string; digest: Digest; fact?: SignatureFact }[];
}

export interface GateInput {
  plan: Plan;
  evidence: GateEvidence;
  now: string;
  /** Those of exactly this plan. */
  overrides?: readonly Override[];
}
