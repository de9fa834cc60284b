"use client";

import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";

/** How far the server's clock may be ahead of this machine's before it is reckoned with. */
const toleratedSkewMs = 20_000;

interface Clock {
  /** Milliseconds at the server when the page was made; what both sides print first. */
  renderedAt: number;
  skewMs: number;
  /** The clock stands here: what is shown is a moment that has passed. */
  stoppedAt?: number;
}

const ClockContext = createContext<Clock>({ renderedAt: 0, skewMs: 0 });

interface NowProviderProps {
  /** `Date.now()` on the server, as the page is made. */
  now: number;
  children: ReactNode;
}

/** Gives every age on the page one clock: the server's, running on in the browser. */
export function NowProvider({ now, children }: NowProviderProps) {
  const [clock, setClock] = useState<Clock>({ renderedAt: now, skewMs: 0 });
  useEffect(() => {
    // Only a clock that is behind can be told from a page that took long to arrive.
    const skewMs = now - Date.now();
    if (skewMs > toleratedSkewMs) setClock({ renderedAt: now, skewMs });
  }, [now]);
  return <ClockContext value={clock}>{children}</ClockContext>;
}

/** Stops the clock for what is inside at a moment (ISO 8601); runs on where there is none. */
export function StoppedClock({ at, children }: { at: string | undefined; children: ReactNode }) {
  const clock = useContext(ClockContext);
  const stopped = useMemo(() => (at === undefined ? clock : { ...clock, stoppedAt: Date.parse(at) }), [clock, at]);
  return <ClockContext value={stopped}>{children}</ClockContext>;
}

/** Now, in milliseconds, moving on every `everyMs`; the server's moment while the page is taken over by the browser. */
export function useNow(everyMs: number): number {
  const { renderedAt, skewMs, stoppedAt } = useContext(ClockContext);
  const subscribe = useCallback((tick: () => void) => tickEvery(everyMs, tick), [everyMs]);
  const now = useSyncExternalStore(
    subscribe,
    () => Math.floor(Date.now() / everyMs) * everyMs,
    () => Math.floor(renderedAt / everyMs) * everyMs,
  );
  return stoppedAt ?? now + skewMs;
}

/** True once the browser has taken the page over: from then on its time zone may be used. */
export function useInBrowser(): boolean {
  return useSyncExternalStore(
    () => () => {},
    () => true,
    () => false,
  );
}

const tickers = new Map<number, Set<() => void>>();
const timers = new Map<number, ReturnType<typeof setInterval>>();

/** One timer for all that tick at the same pace, however many ages a page shows. */
function tickEvery(everyMs: number, tick: () => void): () => void {
  const listeners = tickers.get(everyMs) ?? new Set();
  tickers.set(everyMs, listeners);
  listeners.add(tick);
  if (!timers.has(everyMs))
    timers.set(
      everyMs,
      setInterval(() => {
        for (const listener of listeners) listener();
      }, everyMs),
    );
  return () => {
    listeners.delete(tick);
    if (listeners.size > 0) return;
    clearInterval(timers.get(everyMs));
    timers.delete(everyMs);
  };
}
