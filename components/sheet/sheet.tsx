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

interface WithAsideProps {
  /** What one acts with: at the top of the aside, and before everything else on a narrow screen. */
  lead?: ReactNode;
  /** What accompanies the sheet; after it on a narrow screen. */
  aside?: ReactNode;
  children: ReactNode;
}

/** A sheet and, beside it, what one decides and acts with. */
export function WithAside({ lead, aside, children }: WithAsideProps) {
  return (
    <div className="with-aside">
      {lead ? <div className="aside aside--lead">{lead}</div> : null}
      <div className="sheets">{children}</div>
      {aside ? <aside className="aside">{aside}</aside> : null}
    </div>
  );
}
