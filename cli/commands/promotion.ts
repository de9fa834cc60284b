import { align, indent } from "@/cli/align";
import { apiPath } from "@/cli/api-client";
import type { Command, Invocation } from "@/cli/command";
import { EXIT } from "@/cli/exit-codes";
import { actorName, type Promotion, standLines, swapLines, verdictLines } from "@/cli/promotion-lines";
import type { readJobLogsOperation } from "@/lib/api/contract/job-logs";
import type { AnswerBody } from "@/lib/api/operation";

type Logs = AnswerBody<typeof readJobLogsOperation>;

export const promotion: Command = {
  name: "promotion",
  about: "show one promotion: plan, gates, approvals, checks",
  args: ["ID"],
  options: { logs: { type: "boolean", about: "also what the jobs of its smoke tests printed" } },
  async run(call) {
    const { body } = await call.client.ask<Promotion>("GET", apiPath(["promotions", call.args.ID ?? ""]));
    call.answer(body);
    for (const line of describe(body)) call.say(line);
    if (call.flag("logs")) for (const line of await logLines(call, body.id)) call.say(line);
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

async function logLines(call: Invocation, id: string): Promise<string[]> {
  const { body } = await call.client.ask<Logs>("GET", apiPath(["promotions", id, "job-logs"]));
  return body.items.flatMap(({ digest, standing, log }) => {
    const title = log ? `What ${log.title} printed` : `What ${digest.slice(0, 12)} was the hash of`;
    if (!log) return part(title, ["  it was removed after its time"]);
    const warning = standing === "changed" ? ["  it is not what was recorded: do not trust it"] : [];
    return part(title, [...warning, ...indent([...(log.cut ? ["…"] : []), ...log.text.split("\n")])]);
  });
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
