import type { WebhookAnswer } from "@/lib/pipeline/gates/webhook-answer";

/** A question to an outside system; the same question asked again has the same id and the same body. */
export interface GateQuestion {
  id: string;
  /** When the promotion was asked for, ISO 8601. */
  at: string;
  facts: Record<string, unknown>;
}

/** An outside system that says whether a plan may go. */
export interface OutsideGate {
  /** Throws ExternalError where there is no answer that can be believed; its message holds no secret. */
  ask(question: GateQuestion, signal?: AbortSignal): Promise<WebhookAnswer>;
}
