"use client";

import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useLayoutEffect, useState } from "react";

interface ServiceWindowOptions {
  /** Where the services begin, in the page. */
  body: RefObject<HTMLElement | null>;
  count: number;
  /** A first guess at the height of the service at that place with what is above it; it is measured once it is drawn. */
  heightAt: (index: number) => number;
  /** Height at the top of the view that sticky rows cover. */
  coveredTop: number;
  onRange?: (first: number, last: number) => void;
}

/** Drawn before the browser has measured anything, and on the server: a screenful of a desktop. */
const firstScreen = { width: 1440, height: 900 };
const overscan = 10;

/** Which services are in sight where each is as high as it is; the page scrolls. */
export function useServiceWindow(options: ServiceWindowOptions) {
  const { body, count, heightAt, onRange } = options;
  const scrollMargin = usePlaceInPage(body);
  const window = useWindowVirtualizer({
    count,
    estimateSize: heightAt,
    overscan,
    initialRect: firstScreen,
    initialOffset: 0,
    scrollPaddingStart: options.coveredTop,
    scrollMargin,
  });
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
    topOf: (index: number) => (window.measurementsCache[index]?.start ?? 0) - scrollMargin,
    measure: window.measureElement,
  };
}

/** How far below the top of the page an element begins; measured again whenever what is above it may have grown. */
function usePlaceInPage(element: RefObject<HTMLElement | null>): number {
  const [place, setPlace] = useState(0);
  useLayoutEffect(() => {
    if (!element.current) return;
    const measure = () => {
      const top = element.current?.getBoundingClientRect().top;
      if (top !== undefined) setPlace(Math.round(top + window.scrollY));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [element]);
  return place;
}
