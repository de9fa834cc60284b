import type { CSSProperties, ReactNode } from "react";
import { classNames } from "@/components/ui/class-names";

interface SheetProps {
  /** Names the sheet for those who move by regions. */
  label?: string;
  className?: string;
  children: ReactNode;
}

/** A form on the page: rows of boxes under a strong rule. */
export function Sheet({ label, className, children }: SheetProps) {
  const Element = label ? "section" : "div";
  return (
    <Element className={classNames("sheet", className)} aria-label={label}>
      {children}
    </Element>
  );
}

interface SheetRowProps {
  /** Grid columns, where the boxes are not as wide as each other: `minmax(0,1.15fr) minmax(0,1fr)`. */
  columns?: string;
  /** How many boxes share the row evenly. */
  boxes?: number;
  children: ReactNode;
}

export function SheetRow({ columns, boxes, children }: SheetRowProps) {
  const cols = columns ?? (boxes ? `repeat(${boxes}, minmax(0, 1fr))` : undefined);
  return (
    <div className="sheet__row" style={cols ? ({ "--cols": cols } as CSSProperties) : undefined}>
      {children}
    </div>
  );
}

/** A sheet and, beside it, what one decides with: on a narrow screen the aside comes first where it holds the action. */
export function WithAside({
  aside,
  asideFirst,
  children,
}: {
  aside: ReactNode;
  asideFirst?: boolean;
  children: ReactNode;
}) {
  return (
    <div className="with-aside">
      <div className="sheets">{children}</div>
      <aside className={classNames("aside", asideFirst && "aside--first")}>{aside}</aside>
    </div>
  );
}
