import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Kept,
  type LineState,
  readinessLevel,
  readinessLines,
  type WayBackFacts,
} from "@/lib/pipeline/plan/rollback-readiness";
import { migrations } from "@/lib/pipeline/release/migration";

const ready: WayBackFacts = {
  verifiedAt: "2026-11-12T10:20:00Z",
  undone: [{ release: "backend@v2", migration: "none" }],
  undoneTotal: 1,
  config: { verified: "a", present: "a", seenAt: "2026-11-21T10:00:00Z" },
};
const said = (...migrations: (WayBackFacts["undone"] & object)[number]["migration"][]) => {
  return {
    undone: migrations.map((migration, index) => ({ release: `r${index}`, migration })),
    undoneTotal: migrations.length,
  };
};

describe("each line", () => {
  const table: [string, Partial<WayBackFacts>, Kept, string, LineState, string][] = [
    ["verified", {}, "there", "verified", "pass", "Verified in production"],
    ["never verified", { verifiedAt: null }, "there", "verified", "remark", "Never verified here"],
    ["kept", {}, "there", "kept", "pass", "In the registry"],
    ["gone", {}, "gone", "kept", "fail", "Not in the registry"],
    ["a silent registry", {}, "silent", "kept", "unknown", "did not tell"],
    ["a registry that is asked", {}, "asking", "kept", "unknown", "being asked"],
    ["no migration", said("none", "none"), "there", "migration", "pass", "Marked: no migration"],
    ["nothing between", said(), "there", "migration", "pass", "No release lies between"],
    ["a reversible one", said("none", "reversible"), "there", "migration", "pass", "r1 is marked reversible"],
    ["an irreversible one", said("none", "irreversible"), "there", "migration", "fail", "r1 has an irreversible"],
    ["one that says nothing", said("reversible", null), "there", "migration", "unknown", "r1 says nothing"],
    ["several of them", said(null, null, null), "there", "migration", "unknown", "r0 and 2 more say nothing of their"],
    ["irreversible beside silent", said(null, "irreversible"), "there", "migration", "fail", "r1 has"],
    ["more than were read", { ...said("none"), undoneTotal: 2 }, "there", "migration", "unknown", "2 releases lie"],
    ["what was never announced", { undone: null }, "there", "migration", "unknown", "not announced here"],
    ["the same configuration", {}, "there", "config", "pass", "unchanged"],
    [
      "another one",
      { config: { verified: "a", present: "b", seenAt: null } },
      "there",
      "config",
      "remark",
      "changed since",
    ],
    [
      "none recorded",
      { config: { verified: null, present: "b", seenAt: null } },
      "there",
      "config",
      "unknown",
      "never recorded",
    ],
    [
      "none seen",
      { config: { verified: "a", present: null, seenAt: null } },
      "there",
      "config",
      "unknown",
      "was not seen",
    ],
  ];
  it.each(table)("of %s", (_, facts, kept, id, state, why) => {
    const line = readinessLines("production", { ...ready, ...facts }, kept).find((one) => one.id === id);
    expect(line).toMatchObject({ state, why: expect.stringContaining(why) });
  });
});

describe("what it comes to", () => {
  const level = (facts: Partial<WayBackFacts>, kept: Kept = "there") =>
    readinessLevel(readinessLines("production", { ...ready, ...facts }, kept), [kept]);

  it("is ready, ready with remarks, not ready, or not known", () => {
    expect(level({})).toBe("ready");
    expect(level({ verifiedAt: null })).toBe("remarks");
    expect(level({ verifiedAt: null, undone: null })).toBe("unknown");
    expect(level({ undone: null }, "asking")).toBe("asking");
    expect(level(said("irreversible"), "asking")).toBe("notReady");
    expect(level({}, "gone")).toBe("notReady");
  });

  it("is ready only where everything was said, seen and right", () => {
    const facts = fc.record({
      verifiedAt: fc.constantFrom(null, "2026-01-01T00:00:00Z"),
      undone: fc.option(fc.array(fc.record({ release: fc.string(), migration: fc.constantFrom(null, ...migrations) }))),
      undoneTotal: fc.nat({ max: 12 }),
      config: fc.record({
        verified: fc.constantFrom(null, "a", "b"),
        present: fc.constantFrom(null, "a", "b"),
        seenAt: fc.constant(null),
      }),
    });
    fc.assert(
      fc.property(facts, fc.constantFrom<Kept>("asking", "silent", "there", "gone"), (one, kept) => {
        const sure =
          kept === "there" &&
          one.verifiedAt !== null &&
          one.undone?.every(({ migration }) => migration === "none" || migration === "reversible") === true &&
          one.undoneTotal <= one.undone.length &&
          one.config.verified !== null &&
          one.config.verified === one.config.present;
        expect(level(one, kept) === "ready").toBe(sure);
      }),
      { numRuns: 2_000 },
    );
  });
});
