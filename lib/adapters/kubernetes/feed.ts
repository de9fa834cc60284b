import { setTimeout as wait } from "node:timers/promises";
import type { KubernetesClient } from "@/lib/adapters/kubernetes/client";
import { badResponse, clusterWords, errorOfNetwork } from "@/lib/adapters/kubernetes/errors";
import { listAll } from "@/lib/adapters/kubernetes/list-all";
import { type Metadata, readEvent, readStatus } from "@/lib/adapters/kubernetes/objects";
import { ExternalError } from "@/lib/ports/external-error";

/** How a feed paces itself; `random` gives a number from 0 to 1, so that many feeds do not come back at once. */
export interface Pacing {
  random: () => number;
  now: () => Date;
  /** The longest time between two lists while watching does not work. */
  pollMs: number;
  /** The server ends a watch after this long; it goes on from where it was. */
  watchSeconds: number;
}

export interface FeedOptions<T> {
  client: KubernetesClient;
  path: string;
  slim: (object: unknown) => T;
  pacing: Pacing;
  on: {
    /** The items changed, or were read again after trouble. */
    changed(afterTrouble: boolean): void;
    trouble(error: ExternalError): void;
  };
}

const firstDelayMs = 500;
/** A watch that ended sooner and brought nothing counts as failed, or the feed would spin. */
const shortestWatchMs = 1000;
/** After this much silence beyond the server's own limit the connection is dead. */
const silenceGraceMs = 10_000;

/**
 * Keeps one kind of one namespace current: list, then watch from there; list anew where the cluster has forgotten the
 * version (410) or the watch broke. Where watching fails, the repeated list, at most `pollMs` apart, is the poll.
 */
export class Feed<T extends { metadata: Metadata }> {
  /** By name; stale where `asOf()` is undefined. */
  readonly items = new Map<string, T>();
  readonly #options: FeedOptions<T>;
  #version = "";
  #readAt: Date | undefined;
  #watching = false;
  #troubled = false;
  #failures = 0;

  constructor(options: FeedOptions<T>) {
    this.#options = options;
  }

  /** The moment up to which the items are known: now while a watch is open; undefined while nothing can be read. */
  asOf(): Date | undefined {
    return this.#watching ? this.#options.pacing.now() : this.#readAt;
  }

  /** Ends, without an error, once the signal has aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) await this.#round(signal);
  }

  /** A list, then watches until one fails. */
  async #round(signal: AbortSignal): Promise<void> {
    let listed = false;
    try {
      await this.#list(signal);
      listed = true;
      while (!signal.aborted) await this.#watchOnce(signal);
    } catch (caught) {
      if (signal.aborted) return;
      const { client, path, on } = this.#options;
      const error = errorOfNetwork(client.system, `watch ${path}`, caught);
      this.#failures += 1;
      // What could be listed is known up to that moment, even where it cannot be watched.
      if (!listed) this.#readAt = undefined;
      if (error.code === "gone" && this.#failures === 1) return;
      this.#troubled = true;
      on.trouble(error);
      await this.#pause(error.retryAfterMs ?? 0, signal);
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { client, path, slim, pacing, on } = this.#options;
    const answer = await listAll(client, path, slim, { signal });
    this.items.clear();
    for (const item of answer.items) this.items.set(item.metadata.name, item);
    this.#version = answer.resourceVersion;
    this.#readAt = pacing.now();
    on.changed(this.#troubled);
  }

  /** Returns when the server ended the watch in peace. */
  async #watchOnce(signal: AbortSignal): Promise<void> {
    const { client, path, pacing } = this.#options;
    const started = performance.now();
    let events = 0;
    let heardAt = pacing.now();
    this.#watching = true;
    try {
      const query = {
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: this.#version,
        timeoutSeconds: pacing.watchSeconds,
      };
      const onEvent = (line: unknown) => {
        events += 1;
        heardAt = pacing.now();
        this.#take(line);
      };
      await client.stream(path, query, pacing.watchSeconds * 1000 + silenceGraceMs, onEvent, signal);
      if (events === 0 && performance.now() - started < shortestWatchMs)
        throw badResponse(client.system, `watch ${path}: closed at once`);
      heardAt = pacing.now();
      this.#recovered();
    } finally {
      this.#watching = false;
      // Of a watch that broke, nobody knows when it stopped to tell: only up to what was heard.
      this.#readAt = heardAt;
    }
  }

  #recovered(): void {
    this.#failures = 0;
    this.#troubled = false;
  }

  #take(line: unknown): void {
    const { client, path, slim, on } = this.#options;
    const event = readEvent(line);
    if (!event) throw badResponse(client.system, `watch ${path}: an event without type or object`);
    if (event.type === "ERROR") {
      const { code, message } = readStatus(event.object);
      throw new ExternalError({
        system: client.system,
        code: code === 410 ? "gone" : "unavailable",
        message: clusterWords(`watch ${path}: ${message}`),
        retryable: true,
        status: code,
      });
    }
    this.#recovered();
    this.#version = event.resourceVersion || this.#version;
    if (event.type === "BOOKMARK") return;
    const item = slim(event.object);
    if (event.type === "DELETED") this.items.delete(item.metadata.name);
    else this.items.set(item.metadata.name, item);
    on.changed(false);
  }

  async #pause(leastMs: number, signal: AbortSignal): Promise<void> {
    const { pollMs, random } = this.#options.pacing;
    const longest = Math.min(pollMs, firstDelayMs * 2 ** Math.min(this.#failures - 1, 10));
    const ms = Math.min(pollMs, Math.max(leastMs, longest * (0.5 + random() / 2)));
    await wait(ms, undefined, { signal }).catch(() => undefined);
  }
}
