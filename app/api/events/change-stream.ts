import type { ChangeHub } from "@/app/api/events/change-hub";
import { can } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import type { Change } from "@/lib/ledger/announce-change";

const beatMs = 10_000;
/** Rights that were taken away end a stream after this at the latest. */
const recheckMs = 10_000;
/** Who cannot be asked about within this counts as gone: a database that hangs keeps nobody's stream open. */
const recheckAnswerMs = 10_000;
/** A reader that takes nothing for so long is cut off rather than kept in memory; it connects anew and reads again. */
const backlogMax = 256;

export interface StreamOptions {
  hub: ChangeHub;
  principal: Principal;
  /** Who it is by now; throws where they may not read any more. */
  recheck: () => Promise<Principal>;
  signal: AbortSignal;
  /** When the reader last read (milliseconds since 1970): what was heard since then is told as the stream opens. */
  since?: number;
  beatMs?: number;
  recheckMs?: number;
}

/**
 * The changes of the projects that the principal may see, as an event stream (WHATWG HTML, section 9.2): `ready` once
 * changes are heard (with `gap` where some may have been missed), `change` with a list of them, `beat` while nothing
 * happens, `deaf` while none are heard.
 */
export function changeStream(options: StreamOptions): ReadableStream<Uint8Array> {
  let connection: Connection | undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        connection = new Connection(options, controller);
        return connection.open();
      },
      cancel: () => connection?.end(),
    },
    new CountQueuingStrategy({ highWaterMark: backlogMax }),
  );
}

const encoder = new TextEncoder();

class Connection {
  private principal: Principal;
  private leave: (() => void) | undefined;
  private beat: NodeJS.Timeout | undefined;
  private recheck: NodeJS.Timeout | undefined;
  private ended = false;

  constructor(
    private readonly options: StreamOptions,
    private readonly controller: ReadableStreamDefaultController<Uint8Array>,
  ) {
    this.principal = options.principal;
  }

  async open(): Promise<void> {
    const { hub, signal } = this.options;
    signal.addEventListener("abort", () => this.end(), { once: true });
    // Said first, so that an answer arrives at once even where the database does not.
    this.send(": changes\n\n");
    const leave = await hub.subscribe({
      changes: (changes) => this.changes(changes),
      // Before it is open, what is heard is said as it opens.
      hearing: (heard) => this.leave && (heard ? this.say("ready", { gap: true }) : this.say("deaf")),
      end: () => this.end(),
    });
    if (this.ended || signal.aborted) {
      leave();
      this.end();
      return;
    }
    this.leave = leave;
    this.begin();
    this.beat = setInterval(() => this.say("beat"), this.options.beatMs ?? beatMs);
    this.recheck = setInterval(() => void this.checkAgain(), this.options.recheckMs ?? recheckMs);
  }

  private begin(): void {
    const { hub, since } = this.options;
    const missed = since === undefined ? [] : hub.since(since);
    if (!hub.isHearing) this.say("deaf");
    else this.say("ready", missed ? {} : { gap: true });
    this.changes(missed ?? []);
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    clearInterval(this.beat);
    clearInterval(this.recheck);
    this.leave?.();
    try {
      this.controller.close();
    } catch {
      // Closed already by whoever read it.
    }
  }

  private changes(changes: readonly Change[]): void {
    if (changes.some(({ kind }) => kind === "person.revoked")) void this.checkAgain();
    const seen = changes.filter(({ project }) => can(this.principal, "view", { project }));
    if (seen.length > 0) this.say("change", seen);
  }

  private async checkAgain(): Promise<void> {
    const late = setTimeout(() => this.end(), recheckAnswerMs);
    try {
      this.principal = await this.options.recheck();
    } catch {
      this.end();
    } finally {
      clearTimeout(late);
    }
  }

  private say(event: string, data: unknown = {}): void {
    this.send(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  private send(text: string): void {
    if (this.ended) return;
    if ((this.controller.desiredSize ?? 0) <= 0) this.end();
    else this.controller.enqueue(encoder.encode(text));
  }
}
