"use client";

import { keepPreviousData, type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo } from "react";
import { fetchView, type ViewError } from "@/components/live/fetch-view";
import type { Watches } from "@/components/live/watches";

interface UseViewOptions<View> {
  /** The view as the server put it into the page. */
  initial?: View;
  /** Which changes make it worth reading again; every one where it is left out. */
  watches?: Watches;
  enabled?: boolean;
  /** Goes on showing the last answer while another path is read. */
  keep?: boolean;
  /** How often it is read in any case, for what the stream does not tell. */
  everyMs?: (last: View | undefined) => number | false;
}

interface LiveRead<View> {
  /** The last answer; kept where a later read failed. */
  data: View | undefined;
  error: ViewError | null;
  isPending: boolean;
  isFetching: boolean;
  refetch: () => void;
}

/**
 * A view that stays current: read again when the stream says that something of it changed, and every few seconds while
 * the stream is down. `path` is its address and its key. Who is not signed in any more goes to the sign-in page.
 */
export function useView<View>(path: string, options: UseViewOptions<View> = {}): LiveRead<View> {
  const { initial, watches, enabled, keep, everyMs } = options;
  const client = useQueryClient();
  useMemo(() => takeOver(client, path, initial), [client, path, initial]);
  const { data, error, isPending, isFetching, refetch } = useQuery<View, ViewError>({
    queryKey: ["view", path],
    queryFn: ({ signal }) => fetchView<View>(path, signal),
    initialData: initial,
    meta: { watches },
    enabled,
    placeholderData: keep ? keepPreviousData : undefined,
    retry: (count, failure) => !failure.answered && count < 1,
    networkMode: "always",
    refetchInterval: everyMs ? (query) => everyMs(query.state.data) : false,
  });
  const signedOut = error?.problem.status === 401;
  useEffect(() => {
    if (!signedOut) return;
    const here = window.location.pathname + window.location.search;
    window.location.assign(`/sign-in?callbackUrl=${encodeURIComponent(here)}`);
  }, [signedOut]);
  const again = useCallback(() => void refetch(), [refetch]);
  return { data, error, isPending, isFetching, refetch: again };
}

/** A page that is opened again comes with a newer view than the one that was kept of its last visit. */
function takeOver(client: QueryClient, path: string, initial: unknown): void {
  const kept: unknown = client.getQueryData(["view", path]);
  if (kept === undefined || readAt(initial) <= readAt(kept)) return;
  client.setQueryData(["view", path], initial, { updatedAt: readAt(initial) });
}

/** When a view was read, by its own word; 0 where it does not tell. */
function readAt(view: unknown): number {
  const asOf = typeof view === "object" && view !== null && "asOf" in view ? view.asOf : undefined;
  return typeof asOf === "string" ? Date.parse(asOf) : 0;
}
