import type { CSSProperties } from "react";
import { useInBrowser } from "@/components/time/now";
import { clockWords } from "@/components/time/time-words";
import type { FreezeView } from "@/lib/queries/freezes";

const dayMs = 86_400_000;

/** Four weeks on one line, from now on: what is closed is filled. For the eye; the lines below say the same. */
export function FreezeStrip({ freeze, asOf }: { freeze: FreezeView; asOf: string }) {
  const inBrowser = useInBrowser();
  const [start, end] = [Date.parse(asOf), Date.parse(freeze.shownUntil)];
  const share = (at: number) => (100 * (Math.min(end, Math.max(start, at)) - start)) / (end - start);
  const weeks = Array.from({ length: 4 }, (_, week) => start + week * 7 * dayMs);
  return (
    <div className="freeze-strip" aria-hidden="true">
      <span className="freeze-strip__line">
        {freeze.closings.map(({ from, to }) => {
          const left = share(from === null ? start : Date.parse(from));
          const right = share(to === null ? end : Date.parse(to));
          const place = { "--from": `${left}%`, "--to": `${right - left}%` } as CSSProperties;
          return <i key={from ?? "before"} className={freeze.shadow ? "is-shadow" : undefined} style={place} />;
        })}
      </span>
      <span className="freeze-strip__weeks">
        {weeks.map((at, week) => (
          <span key={at}>{week === 0 ? "now" : shortDate(at, inBrowser ? freeze.timezone : "UTC")}</span>
        ))}
      </span>
    </div>
  );
}

/** `Fri 15 May`. */
function shortDate(at: number, timezone: string): string {
  return clockWords(at, "date", timezone).split(" ").slice(0, 3).join(" ");
}
