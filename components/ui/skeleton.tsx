import type { CSSProperties } from "react";

const widths = ["62%", "88%", "74%", "91%", "55%", "80%"];

interface SkeletonProps {
  lines?: number;
  /** What is being loaded, for a screen reader: `Loading the releases`. */
  label?: string;
  width?: CSSProperties["width"];
}

/** The empty form that stands where lines will be; nothing moves in it. */
export function Skeleton({ lines = 1, label, width }: SkeletonProps) {
  const bars = Array.from({ length: lines }, (_, index) => `line ${index + 1}`);
  return (
    <span className="skeleton-lines" role={label ? "status" : undefined}>
      {label ? <span className="sr">{label}</span> : null}
      {bars.map((bar, index) => (
        <span
          key={bar}
          className="skeleton"
          style={{ width: width ?? widths[index % widths.length] }}
          aria-hidden="true"
        />
      ))}
    </span>
  );
}
