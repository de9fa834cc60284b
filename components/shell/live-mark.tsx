"use client";

import { Shape, type ShapeName } from "@/components/state/shape";
import { useNow } from "@/components/time/now";
import { ageWords } from "@/components/time/time-words";

export interface LiveView {
  /** connecting: the page has only just been opened; live: changes arrive by themselves; polling: asked for every few seconds; offline: the server does not answer. */
  state: "connecting" | "live" | "polling" | "offline";
  /** When the newest state on the page was read. */
  asOf: string | number;
}

const looks: Record<LiveView["state"], { tone: string; shape: ShapeName; word: string; title: string }> = {
  live: { tone: "tone-ok", shape: "disc", word: "live", title: "Changes arrive by themselves" },
  connecting: { tone: "tone-none", shape: "clock", word: "connecting", title: "The page is being taken over" },
  polling: {
    tone: "tone-warn",
    shape: "clock",
    word: "polling",
    title: "The stream of changes is interrupted: the page asks every few seconds",
  },
  offline: {
    tone: "tone-fail",
    shape: "block",
    word: "offline",
    title: "The server does not answer: what stands here may be out of date",
  },
};

/** How fresh the page is: by which way changes arrive, and as of when. */
export function LiveMark({ state, asOf }: LiveView) {
  const look = looks[state];
  const ageMs = useNow(1_000) - new Date(asOf).getTime();
  return (
    <span className={`asof ${look.tone}`} title={look.title}>
      <Shape name={look.shape} className="i i--xs" />
      <span>
        <b role="status">{look.word}</b>
        <span className="asof__age">, as of {ageWords(ageMs)}</span>
      </span>
    </span>
  );
}
