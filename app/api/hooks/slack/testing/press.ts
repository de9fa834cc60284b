import { createHmac } from "node:crypto";

export const signingSecret = "8f742231b10e8888abcd99yyyzzz85a5";

/** What somebody does under a message; what is left out is Amy, who approves the plan that waits. */
export interface Press {
  user?: string;
  name?: string;
  team?: string;
  action?: "approve" | "reject";
  reason?: string | null;
  planHash?: string;
  promotion?: string;
  replyTo?: string;
}

/** What Slack sends when somebody presses a button, form-encoded. */
export function bodyOf(press: Press, waiting: { id: string; planHash: string }, slackUrl: string): string {
  const { id, planHash } = waiting;
  const value = JSON.stringify({ promotion: press.promotion ?? id, planHash: press.planHash ?? planHash });
  const payload = {
    type: "block_actions",
    team: { id: press.team ?? "T0123ABCD", domain: "demo" },
    user: { id: press.user ?? "U0AMY0000", username: press.name ?? "amy", name: press.name ?? "amy" },
    response_url: press.replyTo ?? `${slackUrl}/actions/T0/1/reply`,
    trigger_id: String(Math.random()),
    actions: [{ action_id: `waybill.${press.action ?? "approve"}`, type: "button", value }],
    state: {
      values: { "waybill.reason": { "waybill.reason": { type: "plain_text_input", value: press.reason ?? null } } },
    },
  };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

interface Signing {
  secret?: string;
  ageSeconds?: number;
  signature?: string;
  connection?: string;
}

/** A request as Slack signs it, unless something about that is to be wrong. */
export function signed(
  body: string,
  { secret = signingSecret, ageSeconds = 0, signature, connection = "chat" }: Signing = {},
) {
  const timestamp = String(Math.floor(Date.now() / 1_000) - ageSeconds);
  const right = `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex")}`;
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": signature ?? right,
  };
  return {
    url: `http://127.0.0.1:3000/api/hooks/slack/${connection}`,
    init: { method: "POST", headers, body },
    connection,
  };
}
