"use client";

import { useEffect, useState } from "react";

const settleMs = 120;

/** What is typed, and what of it is worth asking the server: trimmed, once nobody types for a moment. */
export function useTyped(initialText: string) {
  const [text, setText] = useState(initialText);
  const [settled, setSettled] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text.trim()), settleMs);
    return () => clearTimeout(timer);
  }, [text]);
  return { text, setText, settled: text.trim() === "" ? "" : settled };
}
