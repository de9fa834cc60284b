import { useInBrowser } from "@/components/time/now";
import { clockWords } from "@/components/time/time-words";
import { Lines } from "@/components/ui/lines";
import type { FreezeView } from "@/lib/queries/freezes";

const columns = [
  { key: "by", head: "closed by", width: "34%" },
  { key: "from", head: "from" },
  { key: "to", head: "opens" },
];

/** Each closing with its exact times in the calendar's zone, and on the reader's own clock where that shows another. */
export function FreezeLines({ freeze }: { freeze: FreezeView }) {
  const { closings, timezone } = freeze;
  return (
    <Lines caption={`Closed in the coming four weeks, ${timezone}`} columns={columns} heads tall stack bare>
      {closings.map(({ from, to, by }) => (
        <tr key={from ?? "before"}>
          <th scope="row">{by.join(", ")}</th>
          <td>
            <span className="muted phone:hidden">from </span>
            {from === null ? <span className="muted">already closed</span> : <Wall at={from} zone={timezone} />}
          </td>
          <td>
            <span className="muted phone:hidden">opens </span>
            {to === null ? <span className="muted">no known end</span> : <Wall at={to} zone={timezone} />}
          </td>
        </tr>
      ))}
    </Lines>
  );
}

/** A moment on the clocks of a zone, and below it on the reader's. */
function Wall({ at, zone }: { at: string; zone: string }) {
  const inBrowser = useInBrowser();
  const moment = Date.parse(at);
  const there = minutes(moment, zone);
  const here = inBrowser ? minutes(moment) : there;
  return (
    <time dateTime={at}>
      {there}
      {here === there ? null : <span className="block small muted">{here} for you</span>}
    </time>
  );
}

/** `Fri 8 May 2026 00:00`: calendars have no seconds. */
function minutes(at: number, zone?: string): string {
  return clockWords(at, "both", zone).replace(/:\d\d$/, "");
}
