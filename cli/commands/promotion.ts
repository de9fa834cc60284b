import { align, indent } from "@/cli/align";
import { apiPath } from "@/cli/api-client";
import type { Command } from "@/cli/command";
import { EXIT } from "@/cli/exit-codes";
import { actorName, type Promotion, standLines, swapLines, verdictLines } from "@/cli/promotion-lines";

export const promotion: Command = {
  name: "promotion",
  about: "show one promotion: plan, gates, approvals, checks",
  args: ["ID"],
  options: {},
  async run(call) {
    const { body } = await call.client.ask<Promotion>("GET", apiPath(["promotions", call.args.ID ?? ""]));
    call.answer(body);
    for (const line of describe(body)) call.say(line);
    return EXIT.ok;
  },
};

function describe(one: Promotion): string[] {
  const asked = `requested by ${actorName(one.requestedBy)} at ${one.requestedAt}`;
  return [
    ...standLines(one).slice(0, 1),
    `${one.release} to ${one.environment}, ${asked}${one.reason ? `: ${one.reason}` : ""}`,
    ...swapLines(one.plan),
    ...part("Gates", verdictLines(one.verdicts)),
    ...part("Approvals", indent(one.approvals.map((given) => approvalLine(given, one.planHash)))),
    ...part("Rollouts", indent(align(one.rollouts.map(rolloutLine)))),
    ...part("Steps", indent(align(one.rollouts.flatMap(stepLines)))),
    ...part(
      "Checks",
      indent(align(one.checks.map((check) => [check.status, check.service, check.title, check.found]))),
    ),
    ...(one.cause ? part("Cause", [`  ${one.cause.kind}: ${one.cause.reason}`]) : []),
    ...(one.nextStep === null ? [] : part("Next step", [`  ${one.nextStep}`])),
    `plan ${one.planHash}`,
  ];
}

function part(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines];
}

function approvalLine({ by, at, reason, planHash }: Promotion["approvals"][number], current: string): string {
  const voided = planHash === current ? "" : " (of another plan: it does not count)";
  return `${actorName(by)} at ${at}${reason === null ? "" : `: ${reason}`}${voided}`;
}

function stepLines({ service, steps }: Promotion["rollouts"][number]): string[][] {
  return steps.map(({ id, status, words }) => [status, service, id, words]);
}

function rolloutLine({ service, phase, ready, desired, reason }: Promotion["rollouts"][number]): string[] {
  const pods = ready === null || desired === null ? "" : `${ready} of ${desired} ready`;
  return [service, phase, reason ?? pods];
}
