import { describe, expect, it } from "vitest";
import { type Outcome, standingSuccesses } from "@/lib/pipeline/gates/standing-success";
import { digestOf } from "@/lib/pipeline/promotion/testing/a-plan";

const minute = (count: number) => new Date(Date.parse("2026-03-01T10:00:00.000Z") + count * 60_000).toISOString();
const place = { service: "backend", environment: "staging", digest: digestOf("a") };
const plain = { ...place, why: null, stands: false };
const succeeded = (at: number): Outcome => ({ ...plain, kind: "succeeded", by: `demo-${at}`, at: minute(at) });
const again = (at: number): Outcome => ({ ...plain, kind: "verifiedAgain", by: `again-${at}`, at: minute(at) });
const setBack = (at: number, stands = false): Outcome => {
  return { ...place, kind: "setBack", by: `block-${at}`, at: minute(at), why: "health answered 500", stands };
};

describe("the success of a digest in an environment", () => {
  const table: [string, Outcome[], number | "taken back" | "none"][] = [
    ["nothing happened", [], "none"],
    ["it succeeded", [succeeded(1)], 1],
    ["it succeeded twice: the clock starts with the last", [succeeded(1), succeeded(5)], 5],
    ["it failed and never succeeded", [setBack(1)], "none"],
    ["it was only verified again", [again(1)], 1],
    ["it failed, then succeeded", [setBack(1), succeeded(2)], 2],
    ["it succeeded, then failed", [succeeded(1), setBack(2)], "taken back"],
    ["it succeeded, failed, and succeeded again", [succeeded(1), setBack(2), succeeded(3)], 3],
    ["it succeeded, failed, and was verified again", [succeeded(1), setBack(2), again(3)], 3],
    ["and once more: the clock goes on", [succeeded(1), setBack(2), again(3), again(9)], 3],
    ["a promotion after that starts it anew", [succeeded(1), setBack(2), again(3), succeeded(9)], 9],
    ["verified again though nothing failed: the clock goes on", [succeeded(1), again(5)], 1],
    ["failed, right again, failed again", [succeeded(1), setBack(2), again(3), setBack(4)], "taken back"],
    ["at the same moment the failure counts", [setBack(2), succeeded(2)], "taken back"],
    ["a block stands, whatever succeeded after it", [succeeded(1), setBack(2, true), again(3)], "taken back"],
    ["a block stands, and another thing failed and was mended", [setBack(1, true), setBack(2), again(3)], "taken back"],
    ["a block was lifted, and nothing succeeded since", [succeeded(1), setBack(2)], "taken back"],
  ];
  it.each(table)("%s", (_what, outcomes, expected) => {
    // The order of the rows says nothing.
    for (const order of [outcomes, outcomes.toReversed()]) {
      const [found, ...more] = standingSuccesses(order);
      expect(more).toEqual([]);
      if (expected === "none") expect(found).toBeUndefined();
      else if (expected === "taken back") expect(found?.takenBack).toMatchObject({ why: "health answered 500" });
      else expect(found).toMatchObject({ verifiedAt: minute(expected) });
      if (typeof expected === "number") expect(found).not.toHaveProperty("takenBack");
    }
  });

  it("says nothing of another digest, service or environment", () => {
    const other = { ...setBack(2, true), digest: digestOf("b") };
    const elsewhere = { ...setBack(2, true), environment: "production" };
    const neighbour = { ...setBack(2, true), service: "chat" };
    expect(standingSuccesses([succeeded(1), other, elsewhere, neighbour])).toEqual([
      { ...place, promotion: "demo-1", verifiedAt: minute(1) },
    ]);
  });
});
