import { align, indent } from "@/cli/align";
import { EXIT } from "@/cli/exit-codes";
import type { readPromotionOperation } from "@/lib/api/contract/promotions";
import type { AnswerBody } from "@/lib/api/operation";
import { isOpen } from "@/lib/pipeline/gates/gate";
import { shortDigest } from "@/lib/pipeline/release/digest";

export type Promotion = AnswerBody<typeof readPromotionOperation>;
type Verdict = Promotion["verdicts"][number];

const phaseWords: Record<Promotion["phase"], string> = {
  waiting: "waiting",
  queued: "queued",
  rollingOut: "rolling out",
  verifying: "verifying",
  rollingBack: "rolling back",
  stuck: "stuck",
  succeeded: "succeeded",
  rejected: "rejected",
  expired: "expired",
  superseded: "superseded",
  aborted: "aborted",
  rolledBack: "rolled back",
  failed: "failed",
};

export function phaseWord(phase: Promotion["phase"]): string {
  return phaseWords[phase];
}

/** Who did something, as a person calls them. */
export function actorName(actor: Promotion["requestedBy"]): string {
  return actor.kind === "token" ? `${actor.name} (token)` : actor.name;
}

/** A gate's answer: what was found, until when, who can change it. */
export function verdictLine({ gate, status, summary, said, opensAt, whoCanAct, whoMayOverride }: Verdict): string[] {
  const more = [
    ...(said === undefined ? [] : [`“${said}”`]),
    ...(status === "pass" || opensAt === undefined ? [] : [`opens ${opensAt}`]),
    ...(status === "pass" || whoCanAct === undefined ? [] : [`who can act: ${whoCanAct}`]),
    ...(status === "pass" || whoMayOverride === undefined ? [] : [`may pass all the same: ${whoMayOverride}`]),
  ];
  return [status, gate, [summary, ...more].join("; ")];
}

export function verdictLines(verdicts: readonly Verdict[]): string[] {
  return indent(align(verdicts.map(verdictLine)));
}

/** What a promotion's services go from and to. */
export function swapLines(plan: Promotion["plan"]): string[] {
  return indent(
    align(
      plan.services.map(({ service, from, to }) => [
        service,
        from ? `${from.version ?? "?"} ${shortDigest(from.digest)}` : "nothing",
        `→ ${to.version} ${shortDigest(to.digest)}`,
      ]),
    ),
  );
}

/** One line on where a promotion stands, and under it what it waits for or why it ended so. */
export function standLines(promotion: Promotion): string[] {
  const { id, phase } = promotion;
  return [`${id}  ${phaseWords[phase]}${detailOf(promotion)}`, ...underneath(promotion)];
}

function detailOf(promotion: Promotion): string {
  switch (promotion.phase) {
    case "queued":
      return ": the environment is busy";
    case "verifying":
      return promotion.watchUntil === null ? "" : `: watched until ${promotion.watchUntil}`;
    case "rejected":
    case "aborted":
      return by(promotion);
    case "stuck":
      return `: ${promotion.why ?? "it needs a person"}`;
    case "superseded":
      return ` by ${promotion.supersededBy ?? "a newer one"}`;
    case "expired":
      return ": nobody answered in time";
    case "rollingBack":
    case "rolledBack":
    case "failed":
      return promotion.cause ? ` (${promotion.cause.kind}): ${promotion.cause.reason}` : "";
    case "waiting":
    case "rollingOut":
    case "succeeded":
      return "";
    default:
      return promotion.phase satisfies never;
  }
}

function by({ endedBy, why }: Promotion): string {
  const who = endedBy ? ` by ${actorName(endedBy)}` : "";
  return why === null ? who : `${who}: ${why}`;
}

function underneath(promotion: Promotion): string[] {
  if (promotion.phase === "waiting") {
    return verdictLines(promotion.verdicts.filter((verdict) => !isOpen(verdict)));
  }
  return promotion.nextStep === null ? [] : [`  ${promotion.nextStep}`];
}

/** The exit code for how a promotion stands; `waited` where the caller waited for its end. */
export function exitCodeOf({ phase }: Promotion, waited: boolean): number {
  switch (phase) {
    case "succeeded":
      return EXIT.ok;
    case "rollingOut":
    case "verifying":
      return waited ? EXIT.waiting : EXIT.ok;
    case "waiting":
    case "queued":
      return EXIT.waiting;
    case "rollingBack":
    case "stuck":
    case "rolledBack":
    case "failed":
      return waited ? EXIT.wentBack : EXIT.failed;
    case "rejected":
    case "expired":
    case "superseded":
    case "aborted":
      return EXIT.failed;
    default:
      return phase satisfies never;
  }
}
