import type { CSSProperties } from "react";
import type { Tone } from "./state-language";

interface MeterProps {
  /** From 0 to 1. */
  value: number;
  /** What is measured: `3 of 5 pods`. */
  label: string;
  tone?: Tone;
}

export function Meter({ value, label, tone }: MeterProps) {
  const percent = Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    // biome-ignore lint/a11y/useSemanticElements: the browser's own meter cannot be drawn as an outlined bar
    <span
      className={tone ? `meter tone-${tone}` : "meter"}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      style={{ "--at": `${percent}%` } as CSSProperties}
    >
      <i />
    </span>
  );
}
