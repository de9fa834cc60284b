import { describe, expect, it } from "vitest";
import { digestOf } from "@/lib/pipeline/promotion/testing/a-plan";
import { judgeObservation, matchDigest, type SeenTarget } from "@/lib/pipeline/rollout/judge-observation";
import { aPod, aTarget } from "@/lib/pipeline/rollout/testing/a-target";

const expected = { digest: digestOf("a"), platforms: [digestOf("1"), digestOf("2")] };
const told = { generation: 7, forMs: 60_000 };
const judge = (extra: Partial<SeenTarget>, how = told) => judgeObservation(aTarget(extra), expected, how);
const hung = { reason: "ProgressDeadlineExceeded", message: "timed out progressing" };

describe("a target runs what it was told", () => {
  it("when every pod is new, ready and reports the digest", () => {
    expect(judge({})).toEqual({ kind: "running", runs: digestOf("a"), as: "index", ready: 2, desired: 2 });
  });

  it("by a platform's digest, and says so where even one pod reports that", () => {
    const pods = [aPod("x"), aPod("y", { digest: digestOf("2") })];
    expect(judge({ pods })).toMatchObject({ kind: "running", as: "platform" });
  });
});

describe("a target is not there yet", () => {
  const table: [string, Partial<SeenTarget>, number][] = [
    ["the status is of the order before", { observedGeneration: 3, targetGeneration: 4 }, 0],
    ["one pod is not ready", { pods: [aPod("x"), aPod("y", { ready: false })] }, 1],
    ["one pod has reported no digest", { pods: [aPod("x"), aPod("y", { digest: undefined })] }, 2],
    ["an old pod is still there", { pods: [aPod("x"), aPod("y"), aPod("old", { current: false })] }, 2],
    ["a pod is missing", { pods: [aPod("x")] }, 1],
    ["fewer are updated than asked for", { updated: 1 }, 2],
    ["fewer are available than asked for", { available: 1 }, 2],
    ["it is scaled to none: nothing was seen to run it", { desired: 0, updated: 0, available: 0, pods: [] }, 0],
  ];
  it.each(table)("while %s", (_, extra, ready) => {
    expect(judge(extra)).toMatchObject({ kind: "progressing", ready });
  });

  it("does not take the trouble of an order whose status has not come yet", () => {
    const before = { observedGeneration: 3, targetGeneration: 4, failure: { reason: "CrashLoopBackOff", message: "" } };
    expect(judge(before).kind).toBe("progressing");
  });
});

describe("a target is in trouble", () => {
  const words: [string, Partial<SeenTarget>, string][] = [
    ["it is gone", { exists: false }, "the workload is not there any more"],
    ["it was changed by hand", { specDigest: digestOf("c") }, "somebody else changed it"],
    ["its image is a tag now", { specDigest: undefined }, "somebody else changed it"],
    ["a later order stands there", { generation: 8 }, "somebody else changed it"],
    ["an earlier order stands there", { generation: 6 }, "somebody else changed it"],
    [
      "a pod crashes",
      { failure: { reason: "CrashLoopBackOff", message: "back-off 5m0s" } },
      "CrashLoopBackOff: back-off 5m0s",
    ],
    ["an image cannot be pulled", { failure: { reason: "ImagePullBackOff", message: "" } }, "ImagePullBackOff"],
    ["the cluster gave up", { failure: hung }, "ProgressDeadlineExceeded: timed out progressing"],
    [
      "pods report other bytes",
      { pods: [aPod("x"), aPod("y", { digest: digestOf("c") })] },
      "another digest than the one promised",
    ],
  ];
  it.each(words)("when %s", (_, extra, reason) => {
    const sighting = judge(extra);
    expect(sighting).toMatchObject({ kind: "trouble", trouble: { kind: "failed" } });
    expect(sighting.kind === "trouble" && sighting.trouble.reason).toContain(reason);
  });

  it("names the pods and what they report", () => {
    const sighting = judge({ pods: [aPod("x"), aPod("y", { digest: digestOf("c") })] });
    expect(sighting).toMatchObject({ trouble: { evidence: [{ name: "y", value: digestOf("c") }] } });
  });

  it("counts the restarts of what is not ready", () => {
    const pods = [aPod("x", { ready: false, restarts: 1 }), aPod("y", { ready: false, restarts: 3 })];
    expect(judge({ failure: { reason: "CrashLoopBackOff", message: "" }, pods })).toMatchObject({
      trouble: { evidence: [{ value: "not ready, 1 restart" }, { value: "not ready, 3 restarts" }] },
    });
  });

  it("does not believe a hung condition in the first seconds of a new order", () => {
    const seen = { failure: hung, pods: [aPod("x", { ready: false }), aPod("y", { ready: false })] };
    expect(judge(seen, { generation: 7, forMs: 9_999 }).kind).toBe("progressing");
    expect(judge(seen, { generation: 7, forMs: 10_000 }).kind).toBe("trouble");
    const crash = { failure: { reason: "CrashLoopBackOff", message: "" } };
    expect(judge(crash, { generation: 7, forMs: 0 }).kind).toBe("trouble");
  });
});

describe("a digest answers another", () => {
  it("itself, by one of its platforms, or not", () => {
    expect(matchDigest(expected, digestOf("a"))).toBe("index");
    expect(matchDigest(expected, digestOf("2"))).toBe("platform");
    expect(matchDigest(expected, digestOf("3"))).toBeUndefined();
    expect(matchDigest(expected, undefined)).toBeUndefined();
  });
});
