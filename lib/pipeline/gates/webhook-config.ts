import { z } from "zod";
import { address } from "@/lib/pipeline/policy/address";
import { duration, formatDuration } from "@/lib/pipeline/policy/duration";
import { type SecretReference, secretReference } from "@/lib/pipeline/policy/secret-reference";

/** An outside system that is asked whether a plan may go. */
export interface WebhookConfig {
  url: string;
  secret: SecretReference;
  /** Without an answer by then there is none. */
  timeoutMs: number;
  /** How long a yes counts before it is asked for again. */
  passForMs: number;
}

const timeoutMsMax = 10_000;
const passForMsMax = 86_400_000;

/** `webhook: {…}` in a list of gates. */
export const webhookConfig = z
  .strictObject({
    url: address,
    secret: secretReference,
    timeout: duration
      .prefault("10s")
      .refine((ms) => ms <= timeoutMsMax, "is more than 10s")
      .meta({ description: "how long an answer is waited for, 10s at most; without one the gate is unknown" }),
    passFor: duration
      .prefault("15m")
      .refine((ms) => ms <= passForMsMax, "is more than 24h")
      .meta({ description: "how long a yes counts before it is asked for again, such as 15m; 24h at most" }),
  })
  .transform(({ url, secret, timeout, passFor }): WebhookConfig => {
    return { url, secret, timeoutMs: timeout, passForMs: passFor };
  })
  .meta({ description: "an outside system that is asked, signed, whether exactly this plan may go" });

/** Whom the gate asks, as a person calls it. */
export function webhookHost({ url }: Pick<WebhookConfig, "url">): string {
  return new URL(url).host;
}

/** `a yes of change.example.com, 15m old at most`. */
export function webhookDemand(config: WebhookConfig): string {
  return `a yes of ${webhookHost(config)}, ${formatDuration(config.passForMs)} old at most`;
}
