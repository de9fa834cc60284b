import { expect, it } from "vitest";
import { caseWords, gateAnswers, shadowWords, whyWords } from "@/components/settings/backtest-words";

it("says what each answer of a gate came to, and leaves out what nobody got", () => {
  expect(gateAnswers({ answers: { passes: 87, fails: 2, waits: 1, unknown: 0 } })).toBe("2 no, 1 wait, 87 pass");
  expect(gateAnswers({ answers: { passes: 0, fails: 0, waits: 0, unknown: 3 } })).toBe("3 not told");
  expect(gateAnswers({ answers: { passes: 0, fails: 0, waits: 0, unknown: 0 } })).toBe("asked of none");
});

it("says what a shadow said then, and why a promotion would not have started", () => {
  expect(shadowWords({ inShadow: { total: 40, closed: 6 } })).toBe("in shadow, 6 of 40 were closed");
  expect(shadowWords({ inShadow: { total: 0, closed: 0 } })).toBeUndefined();
  expect(caseWords({ result: "waited", outcome: "succeeded" })).toBe("made to wait; it succeeded");
  expect(whyWords("soak", { summary: "too short", shadow: true })).toBe("soak, in shadow: too short");
});
