"use client";

import { useEffect, useRef } from "react";

/**
 * Reads once more when an answer that is given again for a while has run out: what changed with the rows that were read
 * at `readAt` may not have been counted in it.
 */
export function useTrailingRead(readAt: number, reusedForMs: number | undefined, refetch: () => void): void {
  const first = useRef(readAt);
  const read = useRef(refetch);
  read.current = refetch;
  useEffect(() => {
    if (reusedForMs === undefined || readAt === first.current) return;
    const timer = setTimeout(() => read.current(), reusedForMs + 100);
    return () => clearTimeout(timer);
  }, [readAt, reusedForMs]);
}
