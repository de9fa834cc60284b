import pg from "pg";
import { connect } from "@/lib/db/connect";

export interface ListenOptions {
  /** Postgres directly, not a transaction pooler: LISTEN belongs to a session. */
  url: string;
  channel: string;
  onNotify(payload: string): void;
  /** Called after each reconnection: notifications in between are lost, so read again what may have changed. */
  onReconnect?(): void;
  /** Called for every connection that broke or could not be made; the next try follows by itself. */
  onError?(error: unknown): void;
  /** First pause between two tries; it doubles up to 10 s. */
  retryMs?: number;
}

export interface Listener {
  /** Stops listening; nothing is called afterwards. */
  close(): Promise<void>;
}

const RETRY_MS_MAX = 10_000;

/**
 * Listens on one channel over one connection of its own, and connects again for as long as it is not closed. Resolves
 * once the first LISTEN stands; rejects with a DatabaseError if the first connection fails.
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const subscription = new Subscription(options);
  await subscription.open();
  return { close: () => subscription.close() };
}

class Subscription {
  private client: pg.Client | undefined;
  private retry: NodeJS.Timeout | undefined;
  private retryMs: number;
  private closed = false;

  constructor(private readonly options: ListenOptions) {
    this.retryMs = options.retryMs ?? 250;
  }

  async open(): Promise<void> {
    const client = await connect(this.options.url, { name: "waybill listen" });
    client.on("notification", (message) => {
      if (!this.closed) this.options.onNotify(message.payload ?? "");
    });
    client.once("end", () => this.onEnd(client));
    this.client = client;
    await client.query(`LISTEN ${pg.escapeIdentifier(this.options.channel)}`);
    this.retryMs = this.options.retryMs ?? 250;
    if (this.closed) await client.end();
  }

  private onEnd(client: pg.Client): void {
    if (this.closed || this.client !== client) return;
    this.client = undefined;
    this.options.onError?.(new Error("the connection that listens has ended"));
    this.reconnectLater();
  }

  private reconnectLater(): void {
    if (this.closed || this.retry !== undefined) return;
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.open().then(
        () => {
          if (!this.closed) this.options.onReconnect?.();
        },
        (error: unknown) => {
          this.client = undefined;
          if (!this.closed) this.options.onError?.(error);
          this.reconnectLater();
        },
      );
    }, this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, RETRY_MS_MAX);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.retry);
    await this.client?.end();
  }
}
