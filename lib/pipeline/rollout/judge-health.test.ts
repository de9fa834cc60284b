import { expect, it } from "vitest";
import { judgeHealth } from "@/lib/pipeline/rollout/judge-health";
import type { SeenTarget } from "@/lib/pipeline/rollout/judge-observation";
import { aPod, aTarget } from "@/lib/pipeline/rollout/testing/a-target";

const down = aPod("y", { ready: false });
const crash = { reason: "CrashLoopBackOff", message: "back-off" };
const table: [string, Partial<SeenTarget>, string, string | null][] = [
  ["all ready", {}, "healthy", null],
  ["a pod more than asked for", { pods: [aPod("x"), aPod("y"), aPod("z")] }, "healthy", null],
  ["one of two ready", { pods: [aPod("x"), down] }, "degraded", "1 of 2 ready"],
  ["ready, and in trouble", { failure: crash }, "degraded", "CrashLoopBackOff: back-off"],
  ["none ready", { pods: [down] }, "failing", "0 of 2 ready"],
  ["none ready, with words", { pods: [down], failure: { reason: "Paused", message: "" } }, "failing", "Paused"],
  ["no pod at all", { pods: [] }, "failing", "0 of 2 ready"],
  ["scaled to none", { desired: 0, pods: [] }, "nothing", "scaled to none"],
  ["scaled to none while a pod is still going", { desired: 0 }, "nothing", "scaled to none"],
  ["no such workload", { exists: false, desired: 0, pods: [] }, "nothing", "the workload does not exist"],
];

it.each(table)("%s", (_, extra, health, reason) => {
  expect(judgeHealth(aTarget(extra))).toEqual({ health, reason });
});
