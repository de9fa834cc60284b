"use client";

import { type Range, useVirtualizer, useWindowVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useLayoutEffect, useState } from "react";

interface ServiceWindowOptions {
  scroll: "page" | "frame";
  /** What scrolls, in a frame. */
  frame: RefObject<HTMLElement | null>;
  /** Where the services begin, in the page. */
  body: RefObject<HTMLElement | null>;
  count: number;
  /** Height of the service at that place with what is above it. */
  heightAt: (index: number) => number;
  /** Height at the top of the view that sticky rows cover. */
  coveredTop: number;
  coveredBottom?: number;
  /** Always kept, in sight or not: where the keyboard is. */
  keep?: number;
  onRange?: (first: number, last: number) => void;
}

/** Drawn before the browser has measured anything, and on the server: a screenful of a desktop. */
const firstScreen = { width: 1440, height: 900 };
const overscan = 10;

/** Which services are in sight, whether the page scrolls or a frame in it. */
export function useServiceWindow(options: ServiceWindowOptions) {
  const { scroll, frame, body, count, heightAt, keep, onRange } = options;
  const isPage = scroll === "page";
  const scrollMargin = usePlaceInPage(body, isPage);
  const shared = {
    count,
    estimateSize: heightAt,
    overscan,
    initialRect: firstScreen,
    initialOffset: 0,
    scrollPaddingStart: options.coveredTop,
    scrollPaddingEnd: options.coveredBottom ?? 0,
    rangeExtractor: (range: Range) => indicesOf(range, keep),
  };
  const page = useWindowVirtualizer({ ...shared, enabled: isPage, scrollMargin });
  const framed = useVirtualizer({ ...shared, enabled: !isPage, getScrollElement: () => frame.current });
  const window = isPage ? page : framed;
  const items = window.getVirtualItems();

  const first = window.range?.startIndex ?? 0;
  const last = window.range?.endIndex ?? Math.min(count - 1, 30);
  useEffect(() => {
    if (count > 0) onRange?.(Math.max(0, first - overscan), Math.min(count - 1, last + overscan));
  }, [first, last, count, onRange]);

  return {
    items,
    heightPx: window.getTotalSize(),
    /** Where the service at that place begins, from the top of the body. */
    topOf: (index: number) => (window.measurementsCache[index]?.start ?? 0) - (isPage ? scrollMargin : 0),
    scrollTo: (index: number) => window.scrollToIndex(index, { align: "auto" }),
    measure: window.measureElement,
  };
}

function indicesOf(range: Range, keep: number | undefined): number[] {
  const start = Math.max(0, range.startIndex - range.overscan);
  const end = Math.min(range.count - 1, range.endIndex + range.overscan);
  const indices = Array.from({ length: Math.max(0, end - start + 1) }, (_, offset) => start + offset);
  if (keep === undefined || keep >= range.count || (keep >= start && keep <= end)) return indices;
  return keep < start ? [keep, ...indices] : [...indices, keep];
}

/** How far below the top of the page an element begins; measured again whenever what is above it may have grown. */
function usePlaceInPage(element: RefObject<HTMLElement | null>, enabled: boolean): number {
  const [place, setPlace] = useState(0);
  useLayoutEffect(() => {
    if (!enabled || !element.current) return;
    const measure = () => {
      const top = element.current?.getBoundingClientRect().top;
      if (top !== undefined) setPlace(Math.round(top + window.scrollY));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [element, enabled]);
  return place;
}
