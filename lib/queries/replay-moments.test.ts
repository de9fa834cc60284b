import { expect, it } from "vitest";
import { keptMoments } from "@/lib/queries/replay-moments";

it("keeps every entry of a usual row", () => {
  expect(keptMoments(["promotion.started", "verification.checked", "promotion.succeeded"])).toEqual([0, 1, 2]);
});

it("leaves out first what only goes on, never the first, the last or a decision that there is room for", () => {
  const kinds = Array.from({ length: 5_000 }, (_, index) =>
    index % 100 === 7 ? "rollout.stepDone" : "verification.checked",
  );
  const kept = keptMoments(kinds);
  expect(kept).toHaveLength(300);
  expect(kept).toEqual([...new Set(kept)].toSorted((one, other) => one - other));
  expect([kept[0], kept.at(-1)]).toEqual([0, 4_999]);
  expect(kept.filter((index) => kinds[index] === "rollout.stepDone")).toHaveLength(50);
});

it("spreads what is left over the row where even the decisions are too many", () => {
  const kept = keptMoments(
    Array.from({ length: 1_000 }, () => "tag.moved"),
    10,
  );
  expect(kept).toEqual([0, 1, 125, 250, 375, 500, 624, 749, 874, 999]);
});
