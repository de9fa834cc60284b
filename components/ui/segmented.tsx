import Link from "next/link";
import type { ReactNode } from "react";

export interface Segment {
  value: string;
  label: ReactNode;
  /** Makes it a link. */
  href?: string;
}

interface SegmentedProps {
  /** What is chosen here: `View`. */
  label: string;
  options: Segment[];
  value: string;
  onChange?: (value: string) => void;
}

/** A choice of few, all in sight; links where each has an address, buttons otherwise. */
export function Segmented({ label, options, value, onChange }: SegmentedProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out inline with its buttons
    <span className="segmented" role="group" aria-label={label}>
      {options.map((option) =>
        option.href ? (
          <Link key={option.value} href={option.href} aria-current={option.value === value || undefined}>
            {option.label}
          </Link>
        ) : (
          <button
            key={option.value}
            type="button"
            aria-pressed={option.value === value}
            onClick={() => onChange?.(option.value)}
          >
            {option.label}
          </button>
        ),
      )}
    </span>
  );
}
