import { createHmac, timingSafeEqual } from "node:crypto";
import type { SignedRequest } from "@/lib/ports/chat-app";

/** https://docs.slack.dev/authentication/verifying-requests-from-slack: what is older may be a replay. */
const toleranceSeconds = 300;

/**
 * Why a request is not one that Slack signed just now, or undefined where it is: HMAC-SHA256 over `v0:timestamp:body`
 * with the app's signing secret, over the body as it arrived.
 */
export function verifySignature(request: SignedRequest, signingSecret: string, now: string): string | undefined {
  const { body, timestamp, signature } = request;
  if (timestamp === null || signature === null) return "it is not signed";
  if (!/^\d{1,12}$/.test(timestamp)) return "its timestamp is none";
  if (Math.abs(Date.parse(now) / 1_000 - Number(timestamp)) > toleranceSeconds) return "it is not of this moment";
  const wanted = `v0=${createHmac("sha256", signingSecret).update(`v0:${timestamp}:${body}`).digest("hex")}`;
  const [a, b] = [Buffer.from(wanted), Buffer.from(signature)];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b) ? undefined : "its signature is another one";
}
