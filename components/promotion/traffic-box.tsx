import type { CSSProperties } from "react";
import { Box } from "@/components/sheet/box";
import { State } from "@/components/state/state";
import { RelativeTime, Until } from "@/components/time/relative-time";
import type { CanaryView } from "@/lib/queries/canaries";

/** How the requests are shared at this moment, with the shares that are planned. */
export function TrafficBox({ number, canary }: { number: number; canary: CanaryView }) {
  const { weight, next, shares, stableVersion, canaryVersion, seen } = canary;
  const stable = 100 - weight;
  // In a narrower one its words would be cut off: they stand beside it.
  const isWide = weight >= 25;
  return (
    <Box
      number={number}
      title="Traffic"
      note={seen ? <Seen canary={canary} /> : "nobody has looked yet"}
      answer={<Standing canary={canary} />}
    >
      <div className="traffic" role="img" aria-label={`stable ${stable} percent, canary ${weight} percent`}>
        <div className="traffic__side" style={{ "--share": `${stable}%` } as CSSProperties}>
          <b>stable {stable} %</b>
          {stableVersion ? <span>{stableVersion}</span> : null}
          {seen?.stableReplicas === undefined ? null : <span className="muted">{pods(seen.stableReplicas)}</span>}
          {weight > 0 && !isWide ? <CanarySide canary={canary} className="traffic__other" /> : null}
        </div>
        {weight > 0 ? (
          <div className="traffic__side traffic__side--canary" style={{ "--share": `${weight}%` } as CSSProperties}>
            {isWide ? <CanarySide canary={canary} /> : null}
          </div>
        ) : null}
      </div>
      <div className="traffic__scale" aria-hidden="true">
        {shares.map((share) => (
          <span
            key={share}
            className={share < 8 ? "is-edge" : undefined}
            style={{ "--at": `${100 - share}%` } as CSSProperties}
          >
            {share} %{share === next ? " next" : ""}
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
      <b>canary {weight} %</b> {seen?.desired === undefined ? null : pods(seen.desired)}
    </span>
  );
}

function Seen({ canary: { seen, weight } }: { canary: CanaryView }) {
  if (!seen) return null;
  // By number of pods the real share is another one than the plan's.
  const real = seen.weightWords === undefined || seen.weightWords === `${weight} %` ? "" : `${seen.weightWords}, `;
  return (
    <>
      {real}seen <RelativeTime at={seen.at} />
    </>
  );
}

function Standing({ canary }: { canary: CanaryView }) {
  const { paused, isInconclusive, goesBackAt, weight, isOn } = canary;
  if (paused) {
    return (
      <State name="held">
        paused at {weight} % by {paused.by}
      </State>
    );
  }
  if (isInconclusive) {
    return (
      <State name="unknown">
        inconclusive, stays at {weight} %
        {goesBackAt ? (
          <>
            , goes back <Until at={goesBackAt} />
          </>
        ) : null}
      </State>
    );
  }
  return isOn && canary.next !== null ? `next ${canary.next} %, if everything passes` : null;
}
