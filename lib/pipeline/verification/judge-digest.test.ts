import { describe, expect, it } from "vitest";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { digestOf } from "@/lib/pipeline/promotion/testing/a-plan";
import { judgeDigest } from "@/lib/pipeline/verification/judge-digest";

const t0 = "2026-03-01T10:00:00.000Z";
const t1 = "2026-03-01T10:00:01.000Z";
const check: CheckState = {
  id: "backend:digest",
  kind: "digest",
  service: "backend",
  title: "backend runs aaaa…aaaa",
  status: "good",
  since: t0,
  failures: 0,
  found: "2 of 2 pods run it",
};
type Seen = Parameters<typeof judgeDigest>[1];
const running: Seen = { kind: "running", runs: digestOf("a"), as: "index", ready: 2, desired: 2 };

describe("whether the promised digest still runs", () => {
  const table: [string, Seen, CheckState["status"], string][] = [
    ["it does", running, "good", "2 of 2 pods run it"],
    ["by a platform", { ...running, as: "platform" }, "good", "2 of 2 pods run it, by a platform's digest"],
    ["pods are replaced", { kind: "progressing", ready: 1, desired: 2 }, "waiting", "1 of 2 pods ready"],
    [
      "it crashes",
      { kind: "trouble", trouble: { kind: "failed", reason: "CrashLoopBackOff", evidence: [] } },
      "failed",
      "CrashLoopBackOff",
    ],
    ["nobody answers", { kind: "silent", message: "cluster: timeout" }, "unknown", "cluster: timeout"],
  ];
  it.each(table)("%s", (_, seen, status, found) => {
    const judged = judgeDigest(check, seen, t1);
    expect(judged).toMatchObject({ status, found, since: status === "good" ? t0 : t1, id: check.id });
  });
});
