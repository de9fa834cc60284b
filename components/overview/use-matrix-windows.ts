"use client";

import { type UseQueryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { fetchView, type ViewError } from "@/components/live/fetch-view";
import { msUntil } from "@/components/live/ms-until";
import type { MatrixRow, MatrixView } from "@/lib/queries/matrix-view";
import { type ServicesFilter, windowPath, windowSize } from "./overview-filter";

export interface MatrixWindows {
  /** The newest answer of any window in sight; of the filter before while the first one of a new filter is read. */
  view: MatrixView | undefined;
  /** The filter that `view` and `rowAt` answer is not the one that was asked for last. */
  isOld: boolean;
  error: ViewError | null;
  /** When one of the windows was read last; milliseconds since 1970. */
  readAt: number;
  rowAt: (index: number) => MatrixRow | undefined;
  onRange: (first: number, last: number) => void;
  refetch: () => void;
}

interface Options {
  filter: ServicesFilter;
  /** Projects whose changes make the windows worth reading again. */
  watched: readonly string[];
  /** The first window as the server put it into the page, and its address. */
  initial: MatrixView;
  initialPath: string;
}

const beforeFirstScroll = { from: 0, to: 0 };

/** The windows of the matrix that are in sight, kept current, and those that were, as they were. */
export function useMatrixWindows({ filter, watched, initial, initialPath }: Options): MatrixWindows {
  const client = useQueryClient();
  const key = windowPath(filter, 0);
  const [range, setRange] = useState({ key, ...beforeFirstScroll });
  const seen = range.key === key ? range : { key, ...beforeFirstScroll };
  const places = windowsOf(seen.from, seen.to);
  const read = (place: number | undefined): UseQueryOptions<MatrixView, ViewError> => {
    const path = windowPath(filter, place ?? 0);
    const query = { ...windowQuery(path, watched), enabled: place !== undefined };
    return path === initialPath ? { ...query, initialData: initial } : query;
  };
  // Three by name: what does it for any number weighs more than the rest of this page's reading.
  const [first, second, third] = [useQuery(read(places[0])), useQuery(read(places[1])), useQuery(read(places[2]))];
  const windows = [first, second, third].slice(0, places.length);
  const answered = windows.filter((window) => window.data !== undefined);
  const newest = answered.toSorted((a, b) => b.dataUpdatedAt - a.dataUpdatedAt)[0]?.data;
  const last = useRef({ filter, view: newest ?? initial });
  if (newest) last.current = { filter, view: newest };
  const shown = last.current;
  const isOld = newest === undefined;

  usePrefetch(filter, places, newest?.total ?? 0, watched);
  const onRange = useCallback(
    (first: number, last: number) => {
      const [from, to] = [Math.floor(first / windowSize), Math.floor(last / windowSize)];
      // Most scrolling stays within the windows that are there: then nothing here is drawn anew.
      setRange((before) =>
        before.key === key && before.from === from && before.to === to ? before : { key, from, to },
      );
    },
    [key],
  );
  const shownFilter = shown.filter;
  // A window that came or changed is another answer of `rowAt`, or its rows would stay as they are.
  const stamp = windows.map((window) => window.dataUpdatedAt).join();
  const rowAt = useMemo(() => {
    void stamp;
    return (index: number) => {
      const path = windowPath(shownFilter, Math.floor(index / windowSize));
      const window = client.getQueryData<MatrixView>(["view", path]);
      return window?.rows[index - window.offset];
    };
  }, [client, shownFilter, stamp]);

  return {
    view: shown.view,
    isOld,
    error: windows.find((window) => window.error)?.error ?? null,
    readAt: Math.max(0, ...windows.map((window) => window.dataUpdatedAt)),
    rowAt,
    onRange,
    refetch: () => windows.forEach((window) => void window.refetch()),
  };
}

function windowQuery(path: string, watched: readonly string[]): UseQueryOptions<MatrixView, ViewError> {
  return {
    queryKey: ["view", path],
    queryFn: ({ signal }) => fetchView<MatrixView>(path, signal),
    meta: { watches: { projects: watched } },
    refetchInterval: ({ state }) => msUntil([state.data?.changesAt]),
    networkMode: "always",
    retry: (count, failure) => !failure.answered && count < 1,
  };
}

/** No screen is so high that it shows more than three windows. */
function windowsOf(from: number, to: number): number[] {
  return Array.from({ length: Math.min(to - from + 1, 3) }, (_, index) => from + index);
}

/** Reads the windows on both sides of those in sight, so that scrolling on finds them there. */
function usePrefetch(filter: ServicesFilter, places: number[], total: number, watched: readonly string[]): void {
  const client = useQueryClient();
  const before = (places[0] ?? 0) - 1;
  const after = (places.at(-1) ?? 0) + 1;
  const paths = [before, after].filter((place) => place >= 0 && place * windowSize < total);
  const wanted = paths.map((place) => windowPath(filter, place)).join(" ");
  const projects = watched.join();
  useEffect(() => {
    for (const path of wanted.split(" ").filter(Boolean)) {
      void client.prefetchQuery(windowQuery(path, projects.split(",")));
    }
  }, [client, wanted, projects]);
}
