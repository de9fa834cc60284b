import type { CSSProperties } from "react";
import { Box } from "@/components/sheet/box";
import { State } from "@/components/state/state";
import { RelativeTime } from "@/components/time/relative-time";
import { classNames } from "@/components/ui/class-names";
import type { CanaryView } from "@/lib/queries/canaries";

/** In a narrower side, in percent, words would be cut off. */
const narrowest = 25;

interface TrafficBoxProps {
  number: number;
  canary: CanaryView;
  /** Of a moment that has passed, of which the share is known and the pods are not. */
  isReplayed?: boolean;
}

/** How the requests are shared at this moment, with the shares that are planned. */
export function TrafficBox({ number, canary, isReplayed }: TrafficBoxProps) {
  const { weight, next, shares, stableVersion, canaryVersion, seen } = canary;
  const stable = 100 - weight;
  // In a narrower one its words would be cut off: they stand beside it.
  const isWide = weight >= narrowest;
  return (
    <Box
      number={number}
      title="Traffic"
      note={isReplayed ? "as it was set and seen" : seen ? <Seen canary={canary} /> : "nobody has looked yet"}
      answer={<Standing canary={canary} />}
    >
      <div className="traffic" role="img" aria-label={`stable ${stable} percent, canary ${weight} percent`}>
        <div className="traffic__side" style={{ "--share": `${stable}%` } as CSSProperties}>
          {stable >= narrowest ? (
            <>
              <b>
                <span className="traffic__more">stable </span>
                {stable} %
              </b>
              {stableVersion ? <span className="traffic__more">{stableVersion}</span> : null}
              {seen?.stableReplicas === undefined ? null : (
                <span className="traffic__more muted">{pods(seen.stableReplicas)}</span>
              )}
            </>
          ) : null}
          {weight > 0 && !isWide ? <CanarySide canary={canary} className="traffic__other" /> : null}
        </div>
        {weight > 0 ? (
          <div
            className={classNames("traffic__side traffic__side--canary", !isWide && "traffic__side--bare")}
            style={{ "--share": `${weight}%` } as CSSProperties}
          >
            {isWide ? <CanarySide canary={canary} /> : null}
          </div>
        ) : null}
      </div>
      <div className="traffic__scale" aria-hidden="true">
        {shares.map((share) => (
          <span
            key={share}
            className={share < 8 ? "is-edge" : share > 92 ? "is-start" : undefined}
            style={{ "--at": `${100 - share}%` } as CSSProperties}
          >
            {share} %{share === next ? <i className="traffic__more"> next</i> : null}
          </span>
        ))}
      </div>
      <p className="sr-only">
        Canary {canaryVersion}; planned shares: {shares.map((share) => `${share} %`).join(", ")}
      </p>
    </Box>
  );
}

const pods = (count: number) => `${count} ${count === 1 ? "pod" : "pods"}`;

function CanarySide({ canary: { weight, seen }, className }: { canary: CanaryView; className?: string }) {
  return (
    <span className={className}>
      <b>
        <span className="traffic__more">canary </span>
        {weight} %
      </b>{" "}
      {seen?.desired === undefined ? null : <span className="traffic__more ml-1">{pods(seen.desired)}</span>}
    </span>
  );
}

function Seen({ canary: { seen, weight } }: { canary: CanaryView }) {
  if (!seen) return null;
  // By number of pods the real share is another one than the plan's.
  const real = seen.weightWords === undefined || seen.weightWords === `${weight} %` ? "" : `${seen.weightWords}, `;
  return (
    <>
      {real}seen <RelativeTime at={seen.at} isPast />
    </>
  );
}

function Standing({ canary }: { canary: CanaryView }) {
  const { paused, isInconclusive, goesBackAt, weight, isOn } = canary;
  const until = goesBackAt ? (
    <>
      goes back <RelativeTime at={goesBackAt} />
    </>
  ) : (
    "a person decides"
  );
  if (paused) {
    return (
      <State name="held">
        <span>
          paused at {weight} % by {paused.by}
          {isInconclusive ? <>, inconclusive: {until}</> : null}
        </span>
      </State>
    );
  }
  if (isInconclusive) {
    return (
      <State name="unknown">
        <span>
          inconclusive, stays at {weight} %: {until}
        </span>
      </State>
    );
  }
  return isOn && canary.next !== null ? `next ${canary.next} %, if everything passes` : null;
}
