import { expect, it } from "vitest";
import { podLines, podsNote } from "@/components/promotion/pod-lines";
import type { CanaryView } from "@/lib/queries/canaries";
import type { ColourView } from "@/lib/queries/colours";
import type { PodView, SeenView } from "@/lib/queries/promotion-page";

const pod = (name: string, current = true, ready = true): PodView => ({
  ...{ name, current, ready, restarts: 0, phase: ready ? "Running" : "Pending" },
});
const seen = (pods: PodView[], service = "backend"): SeenView => {
  const ready = pods.filter((one) => one.ready && one.current).length;
  return { service, ready, desired: 3, pods } as SeenView;
};
const none = { canaries: [], colours: [] };
const told = (lines: ReturnType<typeof podLines>) => lines.map((line) => [line.pod.name, line.side?.word]);

it("says of a rolling change which pods are new and which are old, the new ones first", () => {
  const view = {
    ...none,
    seen: [seen([pod("old-1", false), pod("new-1"), pod("old-2", false), pod("new-2", true, false)])],
  };
  expect(told(podLines(view))).toEqual([
    ["new-1", "new"],
    ["new-2", "new"],
    ["old-1", "old"],
    ["old-2", "old"],
  ]);
  expect(podsNote(view)).toBe("1 ready of 3; 2 new, 2 old");
});

it("says no sides where there is one: all new after, or all old before", () => {
  for (const current of [true, false]) {
    const view = { ...none, seen: [seen([pod("a", current), pod("b", current)])] };
    expect(told(podLines(view))).toEqual([
      ["a", undefined],
      ["b", undefined],
    ]);
  }
  expect(podsNote({ ...none, seen: [seen([pod("a"), pod("b")])] })).toBe("2 ready of 3");
});

it("shows the pods of a colour that comes up before the live ones, and counts both", () => {
  const colour = { service: "backend", colour: "green", live: "blue", ready: 0, desired: 3 };
  const colours = [{ ...colour, pods: [pod("green-1", true, false)], at: "" } as ColourView];
  const view = { canaries: [], colours, seen: [seen([pod("blue-1")]), seen([pod("chat-1")], "chat")] };
  expect(told(podLines(view))).toEqual([
    ["green-1", "green"],
    ["blue-1", "blue (live)"],
    ["chat-1", undefined],
  ]);
  expect(podsNote(view)).toBe("2 ready of 9; 1 green, 1 blue (live)");
});

it("shows a canary's pods beside the stable ones, also before anybody has looked at it", () => {
  const canary = { service: "backend", seen: { pods: [pod("canary-1")], ready: 1, desired: 1 } };
  const view = { canaries: [canary as CanaryView], colours: [], seen: [seen([pod("stable-1")])] };
  expect(told(podLines(view))).toEqual([
    ["canary-1", "canary"],
    ["stable-1", "stable"],
  ]);
  expect(podsNote({ ...view, canaries: [{ service: "backend", seen: null } as CanaryView] })).toBe(
    "1 ready of 3; 1 stable",
  );
});
