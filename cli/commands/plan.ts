import type { Command } from "@/cli/command";
import { EXIT } from "@/cli/exit-codes";
import { swapLines, verdictLines } from "@/cli/promotion-lines";
import type { planOperation } from "@/lib/api/contract/promotions";
import type { AnswerBody } from "@/lib/api/operation";
import { shortDigest } from "@/lib/pipeline/release/digest";

type Preview = AnswerBody<typeof planOperation>;

export const plan: Command = {
  name: "plan",
  about: "preview a promotion: what would happen, and every gate's verdict",
  args: ["PROJECT", "RELEASE"],
  options: {
    to: { type: "string", value: "ENV", about: "required; the environment" },
    severity: { type: "string", value: "P0", about: "what it would be asked for as, P0 to P3" },
  },
  more: ["Exits with 0 where it would start at once, 3 where it would wait, 1 where it would be refused."],
  async run(call) {
    const { PROJECT: project, RELEASE: release } = call.args;
    const body = { project, release, environment: call.required("to"), severity: call.text("severity") };
    const { body: preview } = await call.client.ask<Preview>("POST", "/plans", { body });
    call.answer(preview);
    for (const line of describe(preview)) call.say(line);
    if (preview.refusal !== null) return EXIT.failed;
    return preview.wouldStart ? EXIT.ok : EXIT.waiting;
  },
};

function describe({ plan: made, planHash, verdicts, wouldStart, refusal }: Preview): string[] {
  const end = refusal === null ? (wouldStart ? "it would start at once" : "it would wait") : refused(refusal);
  return [
    `${made.release} to ${made.environment}`,
    ...swapLines(made),
    "Gates",
    ...verdictLines(verdicts),
    "If it fails",
    ...made.services.map(({ service, rollback }) => `  ${service} ${wayBack(rollback, made.onFailure)}`),
    `plan ${planHash}`,
    end,
  ];
}

function refused({ message }: { message: string }): string {
  return `it would be refused: ${message}`;
}

function wayBack(rollback: Preview["plan"]["services"][number]["rollback"], onFailure: string): string {
  if (onFailure === "hold") return "stays as it is, and the environment is held";
  if (rollback === null) return "has nothing to go back to";
  const verified = rollback.verified ? "" : ", which nobody verified";
  return `goes back to ${rollback.version ?? "?"} ${shortDigest(rollback.digest)}${verified}`;
}
