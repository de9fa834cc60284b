import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";

interface ChipProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** Left out where the chip opens a menu rather than filters. */
  pressed?: boolean;
  /** How many the filter would leave. */
  count?: ReactNode;
  icon?: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

export function Chip({ pressed, count, icon, children, ...rest }: ChipProps) {
  return (
    <button type="button" {...rest} className="chip" aria-pressed={pressed}>
      {children}
      {count === undefined ? null : <b>{count}</b>}
      {icon}
    </button>
  );
}

export function ChipGroup({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot scroll sideways in every browser
    <div className="chips" role="group" aria-label={label}>
      {children}
    </div>
  );
}
