import type { ReactNode } from "react";
import { DigestLabel } from "@/components/digest/digest-label";
import { Shape } from "@/components/state/shape";
import { Box } from "./box";

export interface ExchangeSide {
  title: string;
  number?: number;
  answer?: ReactNode;
  version: ReactNode;
  digest?: string;
  /** Facts below the label. */
  children?: ReactNode;
}

interface ExchangeProps {
  from: ExchangeSide;
  to: ExchangeSide;
}

/** What runs and what would run, with the arrow between: one row of a sheet. */
export function Exchange({ from, to }: ExchangeProps) {
  return (
    <div className="sheet__row exchange">
      <Side side={from} old />
      <div className="exchange__way">
        <Shape name="arrow" label="would be replaced by" />
      </div>
      <Side side={to} />
    </div>
  );
}

function Side({ side, old }: { side: ExchangeSide; old?: boolean }) {
  return (
    <Box title={side.title} number={side.number} answer={side.answer}>
      <p className={old ? "version version--old" : "version"}>{side.version}</p>
      {side.digest ? <DigestLabel digest={side.digest} prefix copy /> : null}
      {side.children ? <div className="mt-2">{side.children}</div> : null}
    </Box>
  );
}
