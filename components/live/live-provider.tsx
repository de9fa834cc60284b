"use client";

import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import type { ViewError } from "@/components/live/fetch-view";
import { Refresher } from "@/components/live/refresher";
import { ChangeStream } from "@/components/live/stream";
import type { LiveView } from "@/components/shell/live-mark";

/** How often the page asks by itself while the stream of changes is down. */
const pollMs = 10_000;
/** A page that nobody looks at gives its connection back after this; a browser has six for a site. */
const hiddenMs = 60_000;

const LiveContext = createContext<LiveView>({ state: "connecting", asOf: 0 });

interface LiveProviderProps {
  /** When the server made the page. */
  now: number;
  children: ReactNode;
}

/** Keeps every view of the page current: by the stream of changes, by asking while that is down, and says which. */
export function LiveProvider({ now, children }: LiveProviderProps) {
  const live = useLiveState(now);
  return <LiveContext value={live}>{children}</LiveContext>;
}

/** How current the page is: by which way, and as of when. */
export function useLive(): LiveView {
  return useContext(LiveContext);
}

function useLiveState(renderedAt: number): LiveView {
  const client = useQueryClient();
  const [streamUp, setStreamUp] = useState<boolean>();
  const [serverAnswers, setServerAnswers] = useState(true);
  const [asOf, setAsOf] = useState(renderedAt);
  // A page that is read again later has its stream already.
  const [firstReadAt] = useState(renderedAt);
  const refresher = useMemo(() => new Refresher(client), [client]);

  useEffect(() => {
    const stream = new ChangeStream(`/api/events?since=${firstReadAt}`, {
      onReady: (gap) => {
        setStreamUp(true);
        setServerAnswers(true);
        setAsOf(Date.now());
        if (gap) refresher.all();
      },
      onChanges: (changes) => refresher.changed(changes),
      onBeat: () => setAsOf(Date.now()),
      onDown: () => setStreamUp(false),
    });
    stream.open();
    const unwatch = closeWhileHidden(stream);
    return () => {
      unwatch();
      stream.close();
    };
  }, [refresher, firstReadAt]);

  useEffect(
    () =>
      client.getQueryCache().subscribe(({ query, type }) => {
        if (type !== "updated" || query.queryKey[0] !== "view" || query.state.fetchStatus !== "idle") return;
        const error = query.state.error as ViewError | null;
        setServerAnswers(error === null || error.answered === true);
        if (error === null) setAsOf((before) => Math.max(before, query.state.dataUpdatedAt));
      }),
    [client],
  );

  useEffect(() => {
    if (streamUp) return;
    const timer = setInterval(() => refresher.all(), pollMs);
    return () => clearInterval(timer);
  }, [streamUp, refresher]);

  const state = streamUp ? "live" : !serverAnswers ? "offline" : streamUp === undefined ? "connecting" : "polling";
  return useMemo(() => ({ state, asOf }), [state, asOf]);
}

function closeWhileHidden(stream: ChangeStream): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    clearTimeout(timer);
    if (document.visibilityState === "hidden") timer = setTimeout(() => stream.close(), hiddenMs);
    else stream.open();
  };
  document.addEventListener("visibilitychange", look);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
  };
}
