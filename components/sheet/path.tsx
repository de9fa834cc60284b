import type { ReactNode } from "react";
import { classNames } from "@/components/ui/class-names";

export interface PathStop {
  name: string;
  /** `succeeded 3 h ago`, `next`. */
  note?: ReactNode;
  /** Where the digest would go now. */
  next?: boolean;
}

/** The way one digest has come, and where it would go; one row of a sheet. */
export function Path({ stops, label = "The way of this digest" }: { stops: PathStop[]; label?: string }) {
  return (
    <ol className="sheet__row path" aria-label={label}>
      {stops.map((stop, index) => (
        <li
          key={stop.name}
          className={classNames(
            "path__stop",
            stop.next && "path__stop--now",
            stops[index + 1]?.next && "path__stop--next",
          )}
        >
          <i className={classNames("port", !stop.next && "port--last")} aria-hidden="true" />
          <b>{stop.name}</b>
          {stop.note ? <span className={stop.next ? undefined : "muted"}>{stop.note}</span> : null}
        </li>
      ))}
    </ol>
  );
}
