import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isClosed, joinExpressions, splitSeries } from "@/lib/adapters/prometheus/batch";
import { measureTogether } from "@/lib/adapters/prometheus/measure-together";
import { ExternalError, type ExternalErrorCode } from "@/lib/ports/external-error";

it.each([
  ["up", true],
  ['rate(x{a=~"[)(]",b!="\\""}[5m]) / sum(y)', true],
  ["up # (((", true],
  ["up # (((\n)", false],
  ["up{a=`\\`} ", true],
  ["sum(up", false],
  ["up) or (vector(1)", false],
  ['up{a="b}', false],
  ["(]", false],
  ["", true],
])("%j is closed in itself: %s", (expression, closed) => expect(isClosed(expression)).toBe(closed));

it("joins what is closed so that none of it ends before its place does", () => {
  const text = fc.string({ unit: fc.constantFrom("(", ")", "[", "]", "{", "}", '"', "'", "`", "\\", "#", "\n", "x") });
  fc.assert(
    fc.property(fc.array(text.filter(isClosed), { minLength: 1, maxLength: 4 }), (expressions) => {
      expect(isClosed(joinExpressions(expressions))).toBe(true);
    }),
  );
});

it("takes series apart, and leaves out what belongs to none", () => {
  const points = [{ at: "2026-03-01T10:00:00.000Z", value: 1 }];
  const series = ["1", "0", "9", undefined].map((place) => ({
    labels: { job: "a", ...(place === undefined ? {} : { waybill_place: place }) },
    points,
  }));
  expect(splitSeries(series, 2)).toEqual([[{ labels: { job: "a" }, points }], [{ labels: { job: "a" }, points }]]);
});

describe("many numbers", () => {
  const to = "2026-03-01T10:00:00.000Z";
  const requests = (count: number) => Array.from({ length: count }, (_, index) => ({ expression: `q${index}`, to }));
  const refusing = (code: ExternalErrorCode) => async () => {
    throw new ExternalError({ system: "metrics test", code, message: code, retryable: false });
  };

  it("are asked for in few calls", async () => {
    let calls = 0;
    await measureTogether(requests(45), async () => {
      calls += 1;
      return [];
    });
    expect(calls).toBe(3);
  });
  it("are each refused where the question is wrong, and thrown where the source is down", async () => {
    expect(await measureTogether(requests(2), refusing("invalid"))).toMatchObject([
      { kind: "refused" },
      { kind: "refused" },
    ]);
    await expect(measureTogether(requests(2), refusing("unavailable"))).rejects.toMatchObject({ code: "unavailable" });
  });
});
