"use client";

import { ChevronLeft, ChevronRight, Pause, Play, X } from "lucide-react";
import type { Replay } from "@/components/promotion/use-replay";
import { Stamp } from "@/components/state/stamp";
import { ExactTime } from "@/components/time/exact-time";
import { useInBrowser } from "@/components/time/now";
import { clockWords } from "@/components/time/time-words";
import { Button, IconButton } from "@/components/ui/button";
import { countWords } from "@/components/ui/count-words";
import type { ReplayMoment } from "@/lib/queries/promotion-replay";

/** The slider over a finished rollout's entries; everything below it stands as it was after the one that is chosen. */
export function ReplayBar({ replay }: { replay: Replay }) {
  const { moments, place, phase, isPlaying, entries } = replay;
  const last = moments.length - 1;
  const moment = moments[place];
  const zone = useInBrowser() ? undefined : "UTC";
  if (!moment) return null;
  return (
    <section className="replay sheet" aria-label="Replay">
      <div className="replay__line">
        <div className="replay__keys">
          <IconButton label="One moment back" disabled={place === 0} onClick={() => replay.show(place - 1)}>
            <ChevronLeft size={16} aria-hidden="true" />
          </IconButton>
          <IconButton className="replay__play" label={isPlaying ? "Pause" : "Play"} onClick={replay.togglePlay}>
            {isPlaying ? <Pause size={16} aria-hidden="true" /> : <Play size={16} aria-hidden="true" />}
          </IconButton>
          <IconButton label="One moment on" disabled={place === last} onClick={() => replay.show(place + 1)}>
            <ChevronRight size={16} aria-hidden="true" />
          </IconButton>
        </div>
        <div className="replay__track">
          <Ticks moments={moments} place={place} />
          <input
            className="replay__slider"
            type="range"
            min={0}
            max={last}
            step={1}
            value={place}
            aria-label="Moment of the rollout"
            aria-valuetext={`${momentWords(moment)}, ${clockWords(Date.parse(moment.at), "time", zone)}, ${place + 1} of ${moments.length}`}
            // biome-ignore lint/a11y/noAutofocus: whoever opens the replay comes to move it
            autoFocus={replay.wasAsked}
            onChange={(event) => replay.show(Number(event.currentTarget.value))}
          />
        </div>
        <Button size="small" icon={<X size={14} aria-hidden="true" />} onClick={replay.close}>
          Close
        </Button>
      </div>
      <div className="replay__moment">
        <Stamp name={phase} />
        <b className="num nowrap">
          <ExactTime at={moment.at} />
        </b>
        <span className="replay__words">
          <b>{moment.kind}</b> {moment.about ?? moment.by}
        </span>
        <span className="muted nowrap replay__count">
          entry {countWords(moment.seq)}, {place + 1} of {moments.length}
          {entries > moments.length ? ` moments from ${countWords(entries)} entries` : ""}
        </span>
      </div>
    </section>
  );
}

/** `rollout.stepDone, weight:25: 25.1 % of the requests`. */
function momentWords({ kind, about, by }: ReplayMoment): string {
  return `${kind}, ${about ?? by}`;
}

/** Where the promotion came to stand otherwise: marks under the slider, for the eye. */
function Ticks({ moments, place }: { moments: readonly ReplayMoment[]; place: number }) {
  const last = Math.max(1, moments.length - 1);
  return (
    <div className="replay__ticks" aria-hidden="true">
      {moments.map((moment, index) => {
        const tone = toneOf(moment);
        return tone === undefined ? null : (
          <i
            key={moment.seq}
            className={`replay__tick replay__tick--${tone}${index <= place ? " is-past" : ""}`}
            style={{ left: `${(index / last) * 100}%` }}
          />
        );
      })}
    </div>
  );
}

function toneOf({ kind, changes }: ReplayMoment): "phase" | "fail" | "step" | undefined {
  if (/[a-z](Failed|failed)$/.test(kind) || kind === "rollback.started" || kind === "promotion.stuck") return "fail";
  if (changes.some(([path]) => path.length === 0 || path[0] === "phase")) return "phase";
  return kind === "rollout.stepDone" || kind === "rollout.observed" ? "step" : undefined;
}
