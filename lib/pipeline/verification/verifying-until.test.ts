import { expect, it } from "vitest";
import { verification as schema } from "@/lib/pipeline/policy/verification";
import { aPlan, aService } from "@/lib/pipeline/promotion/testing/a-plan";
import { startVerification } from "@/lib/pipeline/verification/start";
import { awaitsJobs, verifyingUntil } from "@/lib/pipeline/verification/verifying-until";

const now = "2026-03-01T10:00:00.000Z";
const at = (seconds: number) => new Date(Date.parse(now) + seconds * 1_000).toISOString();

it("a verification goes on for its watch, and for as long as a job may still take", () => {
  const job = { start: "https://ci.example.com", state: "$.s", succeeded: "ok", failed: "bad", timeout: "2m" };
  const verification = schema.parse({ watch: "10s", smoke: [{ job }] });
  const plan = aPlan({ services: [aService("backend")], verification });
  const state = { plan, since: now, ...startVerification(plan, now) };
  expect([verifyingUntil(state), awaitsJobs(state)]).toEqual([at(120), true]);
  const asked = state.checks.map((check) => (check.kind === "job" ? { ...check, job: { askedAt: at(5) } } : check));
  expect(verifyingUntil({ ...state, checks: asked })).toBe(at(125));
  const over = asked.map((check) =>
    "job" in check ? { ...check, job: { askedAt: at(5), isOver: true as const } } : check,
  );
  expect([verifyingUntil({ ...state, checks: over }), awaitsJobs({ checks: over })]).toEqual([at(10), false]);
});
