import type { Message } from "@/lib/pipeline/notify/message";

/** One message on its way; the same delivery sent again has the same id. */
export interface Delivery {
  id: string;
  message: Message;
}

/** One place where people are told: a channel, some addresses, a program. */
export interface Notifier {
  /**
   * Tells them, and answers what the other side said, in a few words. It may be told twice where the answer was lost.
   * Throws ExternalError, whose message holds neither a secret nor a secret address.
   */
  send(delivery: Delivery, signal?: AbortSignal): Promise<string>;
  /**
   * Puts another text in the place of a message that `send` answered `posted as …` for; absent where that cannot be done.
   * Throws ExternalError.
   */
  change?(posted: string, message: Message, signal?: AbortSignal): Promise<void>;
}

/** A server that takes e-mails. */
export interface MailServer {
  to(addresses: readonly string[]): Notifier;
  /** Connects, signs in and leaves. Throws ExternalError. */
  check(signal?: AbortSignal): Promise<void>;
}
