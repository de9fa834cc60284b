import type { Notifier } from "@/lib/ports/notifier";

/** A request that says it comes from the chat: its body as it arrived, and what its headers say of it. */
export interface SignedRequest {
  body: string;
  timestamp: string | null;
  signature: string | null;
}

/** Somebody pressed a button under a message. Nothing of it but the ids counts: names are theirs to choose. */
export interface ChatAnswer {
  team: string;
  user: string;
  decision: "approve" | "reject";
  promotion: string;
  planHash: string;
  reason: string;
  /** Where they alone are told what came of it. */
  replyTo: string;
}

export type ReadAnswer =
  | { kind: "answer"; answer: ChatAnswer; signature: string }
  /** Rightly signed, and nothing to do with a decision. */
  | { kind: "nothing"; signature: string }
  | { kind: "forged"; why: string };

/** Waybill's app in a chat, which can be answered. */
export interface ChatApp {
  channel(id: string): Notifier;
  /** Asks whether the app's token counts. Throws ExternalError. */
  check(signal?: AbortSignal): Promise<void>;
  /** Reads a request, once it is proven to come from the chat, and lately. `now` is ISO 8601. Throws ExternalError. */
  readAnswer(request: SignedRequest, now: string): Promise<ReadAnswer>;
  /** Tells whoever pressed the button, and nobody else. Throws ExternalError. */
  reply(to: string, text: { words: string; link: { label: string; url: string } }, signal?: AbortSignal): Promise<void>;
}
