"use client";

import { Search } from "lucide-react";
import { useEffect, useRef } from "react";
import { Kbd } from "./kbd";

interface SearchFieldProps {
  label: string;
  placeholder?: string;
  value: string;
  onChange: (value: string) => void;
  /** A single key that brings the focus here, wherever one does not type already. */
  shortcut?: string;
  width?: number;
}

export function SearchField({ label, placeholder, value, onChange, shortcut, width }: SearchFieldProps) {
  const input = useRef<HTMLInputElement>(null);

  useEffect(() => {
    if (!shortcut) return;
    const focus = (event: KeyboardEvent) => {
      if (event.key !== shortcut || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", focus);
    return () => document.removeEventListener("keydown", focus);
  }, [shortcut]);

  return (
    <label className="search-field" style={width ? { width } : undefined}>
      <span className="sr">{label}</span>
      <Search className="i i--s" aria-hidden="true" />
      <input
        ref={input}
        type="search"
        className="input"
        placeholder={placeholder ?? label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        autoComplete="off"
        spellCheck={false}
      />
      {shortcut ? <Kbd>{shortcut}</Kbd> : null}
    </label>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
