"use client";

import { type Ref, useImperativeHandle, useRef } from "react";
import { classNames } from "@/components/ui/class-names";

export interface TextEditorHandle {
  /** Brings a line into sight and selects it; counts from 1. */
  goTo(line: number): void;
}

interface TextEditorProps {
  label: string;
  value: string;
  onChange: (text: string) => void;
  readOnly?: boolean;
  /** Lines with something wrong on them; count from 1. */
  wrongLines: ReadonlySet<number>;
  describedBy?: string;
  ref?: Ref<TextEditorHandle>;
}

const linePx = 20;

/** A file's text with its line numbers. Tab leaves it, as everywhere: indent with spaces. */
export function TextEditor({ label, value, onChange, readOnly, wrongLines, describedBy, ref }: TextEditorProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const lines = value.split("\n").length;
  useImperativeHandle(ref, () => ({
    goTo(line) {
      const element = area.current;
      if (!element) return;
      const [start, end] = rangeOf(element.value, line);
      element.focus();
      element.setSelectionRange(start, end);
      element.scrollTop = Math.max(0, (line - 4) * linePx);
    },
  }));
  return (
    <div className="text-editor">
      <div className="text-editor__gutter mono" ref={gutter} aria-hidden="true">
        {Array.from({ length: lines }, (_, index) => index + 1).map((line) => (
          <span key={line} className={classNames(wrongLines.has(line) && "text-editor__wrong")}>
            {line}
          </span>
        ))}
      </div>
      <textarea
        ref={area}
        className="text-editor__area mono"
        aria-label={label}
        aria-describedby={describedBy}
        aria-invalid={wrongLines.size > 0 || undefined}
        value={value}
        readOnly={readOnly}
        wrap="off"
        spellCheck={false}
        autoCapitalize="none"
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
        onScroll={(event) => {
          if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
        }}
      />
    </div>
  );
}

/** Where a line begins and ends in a text. */
function rangeOf(text: string, line: number): [number, number] {
  const before = text.split("\n").slice(0, line - 1);
  const start = before.reduce((sum, one) => sum + one.length + 1, 0);
  const end = text.indexOf("\n", start);
  return [start, end === -1 ? text.length : end];
}
