import { type LiveChange, parseLiveChanges } from "@/components/live/watches";

/** What the stream of changes tells. */
export interface StreamEvents {
  /** It stands. `gap` is true where changes may have been missed before. */
  onReady(gap: boolean): void;
  onChanges(changes: LiveChange[]): void;
  /** Every few seconds while it stands. */
  onBeat(): void;
  /** It broke, or the server itself hears of no changes at the moment. */
  onDown(): void;
}

/** A stream that is silent for so long is broken, whatever the connection says; it beats every 10 s. */
const silenceMsMax = 25_000;
const retryMsMin = 500;
const retryMsMax = 15_000;

/** Keeps one event stream open, anew after every break, until it is closed. A browser's own retry gives up on a refusal. */
export class ChangeStream {
  private source: EventSource | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private retryMs = retryMsMin;
  private stoodBefore = false;

  /** `path` says when the page was read, so that what changed before the stream stood is told as it opens. */
  constructor(
    private readonly path: string,
    private readonly events: StreamEvents,
  ) {}

  open(): void {
    if (this.source || this.retry !== undefined) return;
    const source = new EventSource(this.path);
    this.source = source;
    this.heard();
    source.addEventListener("ready", (event) => {
      this.heard();
      this.retryMs = retryMsMin;
      this.events.onReady(this.stoodBefore || tellsOfGap(String(event.data)));
      this.stoodBefore = true;
    });
    source.addEventListener("change", (event) => {
      this.heard();
      this.events.onChanges(parseLiveChanges(String(event.data)));
    });
    source.addEventListener("beat", () => {
      this.heard();
      this.events.onBeat();
    });
    source.addEventListener("deaf", () => {
      this.heard();
      this.events.onDown();
    });
    source.addEventListener("error", () => this.breakOff());
  }

  close(): void {
    clearTimeout(this.retry);
    clearTimeout(this.silence);
    this.retry = undefined;
    this.source?.close();
    this.source = undefined;
  }

  private heard(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.breakOff(), silenceMsMax);
  }

  private breakOff(): void {
    this.close();
    this.events.onDown();
    // Spread, so that a server that comes back is not met by every page at once.
    const pause = this.retryMs * (0.5 + Math.random());
    this.retryMs = Math.min(this.retryMs * 2, retryMsMax);
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.open();
    }, pause);
  }
}

function tellsOfGap(data: string): boolean {
  const told: unknown = JSON.parse(data);
  return typeof told === "object" && told !== null && "gap" in told && told.gap === true;
}
