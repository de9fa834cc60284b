import pino from "pino";
import { databaseUrl } from "@/lib/db/client";
import { type Listener, listen } from "@/lib/db/listen";
import { CHANGE_CHANNEL, type Change, parseChanges } from "@/lib/ledger/announce-change";

/** Somebody who hears of changes. */
export interface Subscriber {
  changes(changes: readonly Change[]): void;
  /** Changes are heard again, or not at the moment; after a gap everything may have changed. */
  hearing(heard: boolean): void;
  /** The process ends. */
  end(): void;
}

const logger = pino({ level: process.env.LOG_LEVEL ?? "info", base: { part: "events" } });

const retryMs = 3_000;
/** A page that opens its stream within this time of its reading is told what changed meanwhile. */
const keepMs = 60_000;
const keepMax = 1_000;
/** The clocks of several web processes, and the way of an announcement from its commit. */
const skewMs = 2_000;

/** One LISTEN a process, told to everybody with an open stream. It connects with the first of them. */
export class ChangeHub {
  private readonly subscribers = new Set<Subscriber>();
  private listener: Promise<Listener | undefined> | undefined;
  private hears = false;
  private ended = false;
  private recent: { at: number; changes: readonly Change[] }[] = [];
  /** From when on `recent` has everything; undefined while nothing is heard. */
  private completeFrom: number | undefined;

  constructor(
    private readonly url: () => string = databaseUrl,
    private readonly now: () => number = Date.now,
  ) {}

  /** Whether changes are heard at this moment. */
  get isHearing(): boolean {
    return this.hears;
  }

  /** The process ends: nobody is told anything any more. */
  get hasEnded(): boolean {
    return this.ended;
  }

  get size(): number {
    return this.subscribers.size;
  }

  /** What was heard after a moment (milliseconds since 1970); undefined where it is not known whether that is all. */
  since(moment: number): Change[] | undefined {
    const from = moment - skewMs;
    if (!this.hears || this.completeFrom === undefined || from < this.completeFrom) return undefined;
    return this.recent.filter(({ at }) => at >= from).flatMap(({ changes }) => changes);
  }

  /** Answers how to leave. Resolves once changes are heard, or it is known that they are not. */
  async subscribe(subscriber: Subscriber): Promise<() => void> {
    this.subscribers.add(subscriber);
    if (this.ended) subscriber.end();
    else await this.start();
    return () => this.subscribers.delete(subscriber);
  }

  /** Ends every stream and stops listening, for good. */
  async close(): Promise<void> {
    this.ended = true;
    for (const subscriber of this.subscribers) subscriber.end();
    this.subscribers.clear();
    await (await this.listener)?.close();
  }

  private async start(): Promise<void> {
    this.listener ??= listen({
      url: this.url(),
      channel: CHANGE_CHANNEL,
      onNotify: (payload) => this.tell(parseChanges(payload)),
      onReconnect: () => this.hearing(true),
      onError: (error) => {
        if (this.hears) logger.warn({ err: error }, "changes are not heard at the moment");
        this.hearing(false);
      },
    }).then(
      (listener) => {
        this.hearing(true);
        return listener;
      },
      (error: unknown) => {
        logger.warn({ err: error }, "changes cannot be heard; it is tried again");
        this.listener = undefined;
        this.startAgainLater();
        return undefined;
      },
    );
    await this.listener;
  }

  /** The first connection failed: later ones, and those after a break, the listener makes by itself. */
  private startAgainLater(): void {
    const again = () => {
      if (!this.ended && this.subscribers.size > 0) void this.start();
    };
    setTimeout(again, retryMs).unref();
  }

  private tell(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    this.keep(changes);
    for (const subscriber of this.subscribers) subscriber.changes(changes);
  }

  private keep(changes: readonly Change[]): void {
    const at = this.now();
    this.recent.push({ at, changes });
    const gone = this.recent.findIndex((one) => one.at >= at - keepMs);
    const drop = Math.max(gone, this.recent.length - keepMax);
    const last = this.recent.splice(0, drop).at(-1);
    if (last && this.completeFrom !== undefined) this.completeFrom = Math.max(this.completeFrom, last.at + 1);
  }

  private hearing(heard: boolean): void {
    if (this.hears === heard) return;
    this.hears = heard;
    this.recent = [];
    this.completeFrom = heard ? this.now() : undefined;
    for (const subscriber of this.subscribers) subscriber.hearing(heard);
  }
}

// Routes and instrumentation are bundled apart, and the dev server evaluates modules anew: the process has one hub.
const globalWithHub = globalThis as typeof globalThis & { waybillChangeHub?: ChangeHub };

/** This process's one hub. */
export function getChangeHub(): ChangeHub {
  globalWithHub.waybillChangeHub ??= new ChangeHub();
  return globalWithHub.waybillChangeHub;
}
