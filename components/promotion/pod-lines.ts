import type { CanaryView } from "@/lib/queries/canaries";
import type { ColourView } from "@/lib/queries/colours";
import type { PodView, SeenView } from "@/lib/queries/promotion-page";

/** Which side of a change a pod is on; `undefined` where all are on one. */
export type PodSide = { state: "canary" | "stable" | "new" | "old" | "live"; word: string };

export interface PodLine {
  service: string;
  pod: PodView;
  side: PodSide | undefined;
}

interface PodsSeen {
  seen: readonly SeenView[];
  /** Those under way. */
  canaries: readonly CanaryView[];
  /** Those that come up beside the live ones. */
  colours: readonly ColourView[];
}

/** Every pod that was seen last, what comes before what goes; of two sides each pod says its own. */
export function podLines({ seen, canaries, colours }: PodsSeen): PodLine[] {
  const beside = [
    ...canaries.flatMap(({ service, seen: last }) => linesOf(service, last?.pods, () => side("canary", "canary"))),
    ...colours.flatMap(({ service, colour, pods }) => linesOf(service, pods, () => side("new", colour))),
  ];
  const live = seen.flatMap(({ service, pods }) => {
    const colour = colours.find((one) => one.service === service);
    const isMixed = pods.some((pod) => pod.current) && pods.some((pod) => !pod.current);
    return linesOf(service, pods, (pod) => {
      if (colour) return side("live", colour.live === "" ? "live" : `${colour.live} (live)`);
      if (canaries.some((one) => one.service === service)) return side("stable", "stable");
      if (isMixed) return pod.current ? side("new", "new") : side("old", "old");
      return undefined;
    });
  });
  const isGoing = (line: PodLine) => line.side?.state === "old";
  return [...beside, ...live.filter((line) => !isGoing(line)), ...live.filter(isGoing)];
}

function side(state: PodSide["state"], word: string): PodSide {
  return { state, word };
}

function linesOf(
  service: string,
  pods: readonly PodView[] | undefined,
  sideOf: (pod: PodView) => PodSide | undefined,
): PodLine[] {
  return (pods ?? []).map((pod) => ({ service, pod, side: sideOf(pod) }));
}

/** `2 of 3 ready; 1 new, 2 old`: how many are wanted and ready, and how many stand on each side where there are two. */
export function podsNote({ seen, canaries, colours }: PodsSeen): string {
  const all = [
    ...seen,
    ...colours,
    ...canaries.map((one) => ({ ready: one.seen?.ready ?? 0, desired: one.seen?.desired ?? 0 })),
  ];
  const sum = (count: (one: { ready: number; desired: number }) => number) =>
    all.reduce((total, one) => total + count(one), 0);
  const words = new Map<string, number>();
  for (const { side: on } of podLines({ seen, canaries, colours }))
    if (on) words.set(on.word, (words.get(on.word) ?? 0) + 1);
  const sides = [...words].map(([word, count]) => `${count} ${word}`).join(", ");
  const ready = `${sum((one) => one.ready)} ready of ${sum((one) => one.desired)}`;
  return sides === "" ? ready : `${ready}; ${sides}`;
}
