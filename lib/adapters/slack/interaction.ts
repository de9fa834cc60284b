import { z } from "zod";
import { buttonIds } from "@/lib/adapters/slack/blocks";
import type { ReadAnswer, SignedRequest } from "@/lib/ports/chat-app";

const buttonValue = z.strictObject({
  promotion: z.string().min(3).max(100),
  planHash: z.string().regex(/^[0-9a-f]{64}$/),
});

// What Slack sends has many more fields, and gets new ones: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
const blockActions = z.object({
  type: z.literal("block_actions"),
  team: z.object({ id: z.string().max(40) }),
  user: z.object({ id: z.string().max(40) }),
  response_url: z.url().max(2_000),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().max(2_000).optional() })).length(1),
  state: z
    .object({ values: z.record(z.string(), z.record(z.string(), z.object({ value: z.string().nullish() }))) })
    .optional(),
});

/** What a rightly signed request of Slack means. Never throws: what is not understood is nothing. */
export function readInteraction(request: SignedRequest): Exclude<ReadAnswer, { kind: "forged" }> {
  // It was verified, so it has one.
  const signature = request.signature as string;
  const parsed = blockActions.safeParse(jsonOf(new URLSearchParams(request.body).get("payload") ?? ""));
  const [action] = parsed.success ? parsed.data.actions : [];
  const value = buttonValue.safeParse(jsonOf(action?.value ?? ""));
  if (!parsed.success || action === undefined || !value.success) return { kind: "nothing", signature };
  const { team, user, response_url: replyTo, state } = parsed.data;
  const decision = decisionOf(action.action_id);
  if (decision === undefined) return { kind: "nothing", signature };
  const fields = Object.values(state?.values ?? {});
  const reason = fields.map((field) => field[buttonIds.reason]?.value).find((text) => typeof text === "string");
  const answer = { team: team.id, user: user.id, decision, ...value.data, reason: reason ?? "", replyTo };
  return { kind: "answer", answer, signature };
}

function decisionOf(actionId: string): "approve" | "reject" | undefined {
  if (actionId === buttonIds.approve) return "approve";
  return actionId === buttonIds.reject ? "reject" : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
