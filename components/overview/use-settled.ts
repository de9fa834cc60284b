"use client";

import { useEffect, useState } from "react";

const settleMs = 140;

/** The value once nobody has changed it for a moment: what is typed is asked for a word at a time. */
export function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), settleMs);
    return () => clearTimeout(timer);
  }, [value]);
  return value === "" ? "" : settled;
}
