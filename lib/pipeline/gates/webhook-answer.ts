import { z } from "zod";
import { outsideText } from "@/lib/pipeline/plain-text";

/** What an outside system said of a plan, in its own words; `silence` is that it asked to come back later. */
export interface WebhookAnswer {
  result: "pass" | "fail" | "wait" | "silence";
  message: string | null;
  /** When it wants to be asked again, in milliseconds after the answer; null where it did not say. */
  retryAfterMs: number | null;
}

/** An answer that cannot be understood; the message says why and repeats nothing of it. */
export class UnreadableAnswer extends Error {}

const messageShown = 300;
const retryMsMin = 10_000;
const retryMsMax = 60 * 60_000;
/** Where it did not say when to come back. */
export const retryMsDefault = 60_000;

const form = z.strictObject({
  result: z.enum(["pass", "fail", "wait"]),
  message: z.string().max(2_000).optional(),
  retryAfterSeconds: z.number().min(0).max(86_400).optional(),
});

/** The answer in a body of JSON. Strict: whatever else stands in it may be what matters. Throws UnreadableAnswer. */
export function readWebhookAnswer(body: string): WebhookAnswer {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new UnreadableAnswer("its answer is not JSON");
  }
  const read = form.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    const at = issue?.code === "unrecognized_keys" ? "a key that is not known" : (issue?.path.join(".") ?? "");
    throw new UnreadableAnswer(`its answer is not { result, message?, retryAfterSeconds? }: ${at || "the whole"}`);
  }
  const { result, message, retryAfterSeconds } = read.data;
  const text = message === undefined ? "" : outsideText(message).slice(0, messageShown).toWellFormed();
  return {
    result,
    message: text === "" ? null : text,
    retryAfterMs: retryAfterSeconds === undefined ? null : boundedRetryMs(retryAfterSeconds * 1_000),
  };
}

/** A wish to be asked again later, neither so soon that it is a burden nor so late that it is forgotten. */
export function boundedRetryMs(ms: number): number {
  return Math.min(Math.max(ms, retryMsMin), retryMsMax);
}

/** When a question may be asked again after this answer, in milliseconds. */
export function webhookFreshMs({ result, retryAfterMs }: WebhookAnswer, passForMs: number): number {
  // A yes is renewed before it ends, so that it does not lapse between two looks.
  if (result === "pass") return passForMs * 0.8;
  return retryAfterMs ?? retryMsDefault;
}
