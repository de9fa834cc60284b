"use client";

import { type RefObject, useEffect, useState, useSyncExternalStore } from "react";

/** roomy: a mark beside each cell; compact: three short lines; cards: a phone's list of services. */
export interface MatrixLayout {
  kind: "roomy" | "compact" | "cards";
  /** In `page` the window scrolls; a matrix wider than its place scrolls in both directions within its own `frame`. */
  scroll: "page" | "frame";
}

export const matrixSizes = {
  roomy: { name: 180, cellMin: 290, row: 40, project: 28, head: 36 },
  compact: { name: 154, cellMin: 118, row: 48, project: 28, head: 32 },
} as const;

const phone = "(max-width: 720px)";
const roomyColumnsMax = 4;

/** Which drawing fits `columns` environments into `width` pixels; unmeasured, it goes by their number alone. */
export function layoutFor(columns: number, width: number | undefined, isPhone: boolean): MatrixLayout {
  if (isPhone) return { kind: "cards", scroll: "page" };
  const { roomy, compact } = matrixSizes;
  const fits = (size: { name: number; cellMin: number }) =>
    width === undefined || width >= size.name + columns * size.cellMin;
  if (columns <= roomyColumnsMax && fits(roomy)) return { kind: "roomy", scroll: "page" };
  return { kind: "compact", scroll: fits(compact) ? "page" : "frame" };
}

/** The drawing that fits the element, as it and the window change. */
export function useMatrixLayout(element: RefObject<HTMLElement | null>, columns: number): MatrixLayout {
  const [width, setWidth] = useState<number>();
  const isPhone = useSyncExternalStore(
    (changed) => {
      const query = window.matchMedia(phone);
      query.addEventListener("change", changed);
      return () => query.removeEventListener("change", changed);
    },
    () => window.matchMedia(phone).matches,
    () => false,
  );

  useEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);

  return layoutFor(columns, width, isPhone);
}
