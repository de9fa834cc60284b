import { Leg } from "./leg";
import type { MatrixLeg } from "./matrix-view";

const legs: { leg: MatrixLeg; words: string }[] = [
  { leg: { kind: "same" }, words: "same digest" },
  { leg: { kind: "ahead", count: 2 }, words: "releases that could move on" },
  { leg: { kind: "move" }, words: "in flight" },
  { leg: { kind: "wait" }, words: "waits for a person or a time" },
  { leg: { kind: "block" }, words: "stopped: gate or block" },
  { leg: { kind: "held" }, words: "held by a person" },
];

/** What the signs between the ports mean. */
export function MatrixLegend() {
  return (
    <ul className="legend" aria-label="Legend">
      {legs.map(({ leg, words }) => (
        <li key={leg.kind} className="legend__item">
          <span aria-hidden="true">
            <Leg leg={leg} />
          </span>
          {words}
        </li>
      ))}
      <li className="legend__item">
        <i className="legend__border" aria-hidden="true" />
        closed by calendar
      </li>
    </ul>
  );
}
