import { describe, expect, it } from "vitest";
import type { HttpJob } from "@/lib/pipeline/policy/http-job";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { taken } from "@/lib/pipeline/redaction/redact-text";
import { keptLog } from "@/lib/pipeline/verification/job-log";
import { intendJob, isUnderWay, type JobSighting, moveJob } from "@/lib/pipeline/verification/judge-job";

const now = "2026-03-01T10:00:00.000Z";
const at = (seconds: number) => new Date(Date.parse(now) + seconds * 1_000).toISOString();
const job: HttpJob = {
  ...{ kind: "http", start: "https://ci.example.com/runs", state: "$.state", succeeded: ["ok"], failed: ["bad"] },
  ...{ timeoutMs: 60_000, onInconclusive: "rollBack" },
};
const check: CheckState = {
  ...{ id: "api:job:0", kind: "job", service: "api", title: "job /runs", status: "waiting", since: at(-5) },
  ...{ failures: 0, found: "not started yet" },
};
const asked = intendJob(check, now);
const started = moveJob(asked, job, { kind: "started", handle: { status: "/runs/1" }, words: "it was started" }, at(1));
const log = { kind: "text" as const, text: "", cut: false };

describe("a job's check", () => {
  it("carries its intent before it is started, and where it is found again after that", () => {
    expect(asked).toMatchObject({ status: "waiting", job: { askedAt: now }, since: now });
    expect(intendJob(asked, at(9))).toBe(asked);
    expect(started).toMatchObject({ status: "waiting", job: { askedAt: now, handle: { status: "/runs/1" } } });
    expect([check, asked, started].map(isUnderWay)).toEqual([false, true, true]);
  });

  it.each<[JobSighting, number, Partial<CheckState>, boolean]>([
    [{ kind: "succeeded", words: "ok", log }, 9, { status: "passed" }, true],
    [{ kind: "succeeded", words: "ok", log }, 90, { status: "passed" }, true],
    [{ kind: "failed", words: "bad", log }, 9, { status: "failed", failures: 1 }, true],
    [{ kind: "running", words: "at 40 %" }, 59, { status: "waiting", found: "at 40 %" }, false],
    [{ kind: "running", words: "at 40 %" }, 60, { status: "unknown", found: "no end within 1m: at 40 %" }, true],
    [{ kind: "silent", words: "no answer" }, 59, { status: "unknown", found: "no answer" }, false],
    [{ kind: "silent", words: "no answer" }, 60, { status: "unknown", found: "no end within 1m: no answer" }, true],
    [{ kind: "lost", words: "refused" }, 9, { status: "unknown", found: "refused" }, true],
  ])("%j after %i s", (sighting, seconds, expected, isOver) => {
    const moved = moveJob(started, job, sighting, at(seconds));
    expect(moved).toMatchObject(expected);
    expect(moved.job?.isOver ?? false).toBe(isOver);
    expect(moved.job?.handle).toEqual({ status: "/runs/1" });
  });

  it("that is over is not moved any more", () => {
    const over = moveJob(started, job, { kind: "failed", words: "bad", log }, at(9));
    expect(moveJob(over, job, { kind: "succeeded", words: "ok", log }, at(10))).toBe(over);
  });

  it("says where its log could not be read: that is no failure of what it tested", () => {
    const none = { kind: "none" as const, why: "answered 404" };
    const moved = moveJob(started, job, { kind: "succeeded", words: "ok", log: none }, at(9));
    expect(moved).toMatchObject({ status: "passed", found: "ok; its log could not be read: answered 404" });
  });
});

describe("what is kept of a log", () => {
  const keep = (text: string, cut = false, secrets: string[] = []) => keptLog(check, { text, cut }, secrets);

  it("has no secret, known or by its form", () => {
    expect(keep("a hunter2-hunter2 b\npassword=abc\n", false, ["hunter2-hunter2"])).toMatchObject({
      text: `a ${taken} b\npassword=${taken}`,
      cut: false,
    });
  });

  it("leaves out the line at the edge of one that came cut: half a secret has no form", () => {
    expect(keep("one\nhunter2-hun", true, ["hunter2-hunter2"])).toMatchObject({ text: "one", cut: true });
  });

  it("is its end where it is long", () => {
    const lines = Array.from({ length: 600 }, (_, index) => `line ${index}`);
    const kept = keep(lines.join("\n"));
    expect(kept.cut).toBe(true);
    expect(kept.text.startsWith("line 100\n")).toBe(true);
    expect(kept.text.endsWith("line 599")).toBe(true);
    const wide = keep(`${"a".repeat(70_000)}end`);
    expect(wide).toMatchObject({ cut: true });
    expect(wide.text.endsWith("end")).toBe(true);
    expect(wide.text.length).toBeLessThanOrEqual(64_001);
  });
});

it.each([
  ["one that was printed", "before \ud83d after", "before \ufffd after"],
  ["one that the cut makes", `${"😀".repeat(40_000)}x`, `…\ufffd${"😀".repeat(31_999)}x`],
])("half of a character in a log, %s, is replaced", (_, text, kept) => {
  expect(keptLog(check, { text, cut: false }, []).text).toBe(kept);
});
