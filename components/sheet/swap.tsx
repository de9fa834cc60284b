import { Fragment, type ReactNode } from "react";
import { DigestLabel } from "@/components/digest/digest-label";

export interface SwapLine {
  label: string;
  version: ReactNode;
  digest?: string;
  old?: boolean;
}

/** Now and next in two short lines; for narrow columns. */
export function Swap({ lines }: { lines: SwapLine[] }) {
  return (
    <div className="swap">
      {lines.map((line) => (
        <Fragment key={line.label}>
          <span className="swap__label">{line.label}</span>
          <b className={line.old ? "swap__version swap__version--old" : "swap__version"}>{line.version}</b>
          {line.digest ? <DigestLabel digest={line.digest} /> : <span />}
        </Fragment>
      ))}
    </div>
  );
}
