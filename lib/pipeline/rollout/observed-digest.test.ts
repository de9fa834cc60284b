import { expect, it } from "vitest";
import { digestOf } from "@/lib/pipeline/promotion/testing/a-plan";
import type { SeenTarget } from "@/lib/pipeline/rollout/judge-observation";
import { observedDigest } from "@/lib/pipeline/rollout/observed-digest";
import { aPod, aTarget } from "@/lib/pipeline/rollout/testing/a-target";

/** The index `a` has the platforms 1 and 2; nobody knows any other. */
const indexOf = (digest: ReturnType<typeof digestOf>) =>
  digest === digestOf("1") || digest === digestOf("2") ? digestOf("a") : digest;

const table: [string, SeenTarget["pods"], string | undefined][] = [
  ["all the same", [aPod("x"), aPod("y")], "a"],
  ["two platforms of one index", [aPod("x", { digest: digestOf("1") }), aPod("y", { digest: digestOf("2") })], "a"],
  ["the index and a platform of it", [aPod("x"), aPod("y", { digest: digestOf("1") })], "a"],
  ["a digest that nobody knows", [aPod("x", { digest: digestOf("f") })], "f"],
  ["two different ones", [aPod("x"), aPod("y", { digest: digestOf("f") })], undefined],
  ["an old one still there", [aPod("x"), aPod("y", { digest: digestOf("f"), current: false })], undefined],
  ["one that has not reported, and is not ready", [aPod("x"), aPod("y", { digest: undefined, ready: false })], "a"],
  ["one that is ready and does not report", [aPod("x"), aPod("y", { digest: undefined })], undefined],
  ["none that reports", [aPod("x", { digest: undefined, ready: false })], undefined],
  ["none at all", [], undefined],
];

it.each(table)("pods: %s", (_, pods, expected) => {
  expect(observedDigest(aTarget({ pods }), indexOf)).toBe(expected && digestOf(expected));
});
