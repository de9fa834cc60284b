import { expect, it } from "vitest";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { shownCheck } from "@/lib/queries/shown-check";

const check: CheckState = {
  ...{ id: "api:job:0", kind: "job", service: "api", title: "job /runs", status: "waiting" },
  ...{ since: "2026-03-01T10:00:00.000Z", failures: 0, found: "it was started" },
};

it("a check is shown as it is, but for where its job is found again", () => {
  const job = { askedAt: check.since, isOver: true as const, log: "ab".repeat(32) };
  expect(shownCheck({ ...check, job: { ...job, handle: { status: "https://ci/runs/1" } } })).toEqual({ ...check, job });
  expect(shownCheck(check)).toBe(check);
});
