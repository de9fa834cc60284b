"use client";

import { exactWords, numberWords, standingWords } from "@/components/signals/signal-words";
import { Shape, type ShapeName } from "@/components/state/shape";
import type { Tone } from "@/components/state/state-language";
import { useInBrowser } from "@/components/time/now";
import { RelativeTime } from "@/components/time/relative-time";
import type { SignalStanding } from "@/lib/pipeline/signal/reading";
import type { SignalView } from "@/lib/queries/place-signals";

const looks: Record<SignalStanding, { shape: ShapeName; tone: Tone; word: string } | null> = {
  good: { shape: "disc", tone: "ok", word: "within its limits" },
  measured: null,
  warn: { shape: "degraded", tone: "warn", word: "needs a look" },
  bad: { shape: "fail", tone: "fail", word: "bad" },
  unknown: { shape: "unknown", tone: "none", word: "unknown" },
};

interface StandingProps {
  standing: SignalStanding;
  title?: string;
  children: React.ReactNode;
}

/** How a number stands: a shape with its word read aloud, beside the number; without limits the number alone. */
export function Standing({ standing, title, children }: StandingProps) {
  const look = looks[standing];
  return (
    <span className={`state tone-${look?.tone ?? "ink"}`} title={title}>
      {look ? <Shape name={look.shape} /> : null}
      {look && standing !== "unknown" ? <span className="sr">{look.word}: </span> : null}
      <span>{children}</span>
    </span>
  );
}

interface SignalValueProps {
  signal: SignalView;
  /** Leaves the reason to whoever asks for it: for narrow columns. */
  narrow?: boolean;
}

/** A signal's number with how it stands, all its digits behind it; unknown with its reason. */
export function SignalValue({ signal, narrow }: SignalValueProps) {
  const zone = useInBrowser() ? undefined : "UTC";
  const { standing, value, why, since } = signal;
  if (value === null) {
    return (
      <>
        <Standing standing="unknown" title={narrow ? (why ?? undefined) : undefined}>
          unknown{narrow ? <span className="sr">: {why}</span> : null}
        </Standing>
        {narrow ? null : (
          <span className="muted block small">
            {why}
            {since ? (
              <>
                , since <RelativeTime at={since} />
              </>
            ) : null}
          </span>
        )}
      </>
    );
  }
  const above = standingWords(signal);
  return (
    <>
      <Standing standing={standing} title={exactWords(signal, zone)}>
        {numberWords(signal, value)}
      </Standing>
      {above ? <span className="muted block small">{above}</span> : null}
    </>
  );
}
