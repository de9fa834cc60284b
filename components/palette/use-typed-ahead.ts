"use client";

import { useEffect, useState } from "react";

/** A key as the browser tells it, as far as typing ahead needs it. */
export type Key = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "isComposing">;

/** What stands there after a key, or undefined where the key is none of typing. */
export function afterKey(text: string, { key, ctrlKey, metaKey, altKey, isComposing }: Key): string | undefined {
  if (ctrlKey || metaKey || altKey || isComposing) return undefined;
  if (key === "Backspace") return text.slice(0, -1);
  return [...key].length === 1 ? text + key : undefined;
}

/**
 * What is typed after ⌘K while the palette itself is still on its way, for its field to begin with: whoever knows the
 * keys does not look first. Escape calls `onEscape`.
 */
export function useTypedAhead(isOpen: boolean, isThere: boolean, onEscape: () => void): string {
  const [text, setText] = useState("");
  useEffect(() => {
    if (!isOpen) setText("");
    if (!isOpen || isThere) return;
    const keep = (event: KeyboardEvent) => {
      if (event.key === "Escape") return onEscape();
      if (afterKey("", event) === undefined) return;
      // It would scroll the page or press what has the focus.
      event.preventDefault();
      event.stopPropagation();
      setText((before) => afterKey(before, event) ?? before);
    };
    document.addEventListener("keydown", keep, { capture: true });
    return () => document.removeEventListener("keydown", keep, { capture: true });
  }, [isOpen, isThere, onEscape]);
  return text;
}
