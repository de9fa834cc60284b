import type { SigningStanding } from "@/lib/queries/approval-standing";

interface Asked {
  standing: SigningStanding;
  environment: string;
  /** Groups and addresses whose yes is asked for. */
  from: readonly string[];
}

/** Why a promotion does not wait for this reader's yes; "" where it does. */
export function standingWords({ standing, environment, from }: Asked): string {
  switch (standing) {
    case "asked":
    case "over":
      return "";
    case "stale":
      return "This takes a recent sign-in: sign in again to approve.";
    case "requester":
      return "You asked for it: another person signs.";
    case "signed":
      return "You approved this plan.";
    case "given":
      return "Enough have signed.";
    case "notAmong":
      return `Your yes is not asked for: it is that of ${from.join(", ")}.`;
    case "mayNot":
      return `You may not approve in ${environment}.`;
    default:
      return standing satisfies never;
  }
}
