"use client";

import { asLines, type FieldValue, fromLines } from "@/components/policy/field-value";
import { Textarea } from "@/components/ui/textarea";

interface LinesInputProps {
  /** Of the field around it. */
  wiring: object;
  value: FieldValue | undefined;
  onChange: (value: FieldValue | undefined) => void;
}

/** What is typed is kept as it is until the field is left: an empty line is where the next entry begins. */
export function LinesInput({ wiring, value, onChange }: LinesInputProps) {
  return (
    <Textarea
      {...wiring}
      rows={Math.max(2, asLines(value).split("\n").length)}
      mono
      defaultValue={asLines(value)}
      onChange={(event) => onChange(fromLines(event.target.value))}
    />
  );
}
