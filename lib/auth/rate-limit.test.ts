import { afterEach, describe, expect, it, vi } from "vitest";
import {
  addressOf,
  countAgainstLimit,
  forgetCounts,
  type Limited,
  limitsPerMinute,
  mustBeWithinLimit,
} from "@/lib/auth/rate-limit";
import { TooManyRequests } from "@/lib/pipeline/errors";

afterEach(() => {
  vi.useRealTimers();
  forgetCounts();
});

async function countTimes(times: number, kind: Limited, caller: (turn: number) => string | undefined) {
  for (let turn = 0; turn < times; turn += 1) await countAgainstLimit(kind, caller(turn));
}

describe.each(Object.entries(limitsPerMinute))("of %s", (name, { each }) => {
  const kind = name as Limited;

  it("one caller may do so many within a minute, and no more; another one still may", async () => {
    await countTimes(each, kind, () => "one");
    const refused = await countAgainstLimit(kind, "one").catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(TooManyRequests);
    const { retryAfterSeconds } = refused as TooManyRequests;
    expect(retryAfterSeconds).toBeGreaterThan(0);
    expect(retryAfterSeconds).toBeLessThanOrEqual(60);
    await countAgainstLimit(kind, "another");
  });

  it("a caller is taken again after a minute", async () => {
    vi.useFakeTimers();
    await countTimes(each, kind, () => "one");
    await expect(countAgainstLimit(kind, "one")).rejects.toThrow(TooManyRequests);
    vi.advanceTimersByTime(61_000);
    await countAgainstLimit(kind, "one");
  });
});

it.each(["signIn", "badToken"] as const)("of %s: callers of invented addresses are no way around it", async (kind) => {
  await countTimes(limitsPerMinute[kind].all, kind, (turn) => `invented ${turn}`);
  await expect(countAgainstLimit(kind, "yet another")).rejects.toThrow(TooManyRequests);
  await expect(mustBeWithinLimit(kind, undefined)).rejects.toThrow(TooManyRequests);
});

it("looking counts nothing", async () => {
  for (let turn = 0; turn < 1_000; turn += 1) await mustBeWithinLimit("badToken", "one");
  await countTimes(limitsPerMinute.badToken.each, "badToken", () => "one");
  await expect(mustBeWithinLimit("badToken", "one")).rejects.toThrow(TooManyRequests);
});

it.each([
  [undefined, undefined],
  ["", undefined],
  ["192.0.2.7", "192.0.2.7"],
  // What a client claims stands before what the nearest proxy saw.
  ["1.2.3.4, 192.0.2.7", "192.0.2.7"],
  ["x".repeat(100), "x".repeat(64)],
])("of x-forwarded-for %s the address is %s", (header, address) => {
  expect(addressOf(new Headers(header === undefined ? {} : { "x-forwarded-for": header }))).toBe(address);
});
