import { type AddressFacts, fillAddress } from "@/lib/pipeline/policy/fill-address";
import type { SmokeTest, VerificationPolicy } from "@/lib/pipeline/policy/verification";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { type Digest, shortDigest } from "@/lib/pipeline/release/digest";

/** One of the checks that are made of what runs; an endpoint with its address. */
export type CheckAgain =
  | { kind: "digest"; state: CheckState }
  | { kind: "endpoint"; state: CheckState; url: string; expected: SmokeTest };

/** What verifying again came to, or that it is to be looked at once more. `reason` is for the ledger and for people. */
export type VerifiedAgain = { kind: "passed" } | { kind: "failed" | "errored"; reason: string } | { kind: "lookAgain" };

/**
 * The checks of an environment's policy for what runs there: the digest, health endpoints and smoke tests. Numbers are
 * left out: they compare a rollout with the time before it, and there is none.
 */
export function checksAgain(
  facts: AddressFacts & { digest: Digest },
  policy: Pick<VerificationPolicy, "health" | "smoke">,
  now: string,
): CheckAgain[] {
  const { service, digest } = facts;
  const base = { service, status: "waiting" as const, since: now, failures: 0, found: "not looked yet" };
  const endpoint =
    (kind: "health" | "smoke") =>
    (check: SmokeTest, index: number): CheckAgain => {
      const url = fillAddress(check.url, facts);
      const title = `${kind} ${url} answers ${check.status}`;
      // Once is what is asked: how long an answer must hold is for a rollout.
      const { forMs: _held, ...expected } = check;
      return { kind: "endpoint", url, expected, state: { ...base, kind, id: `${service}:${kind}:${index}`, title } };
    };
  const title = `${service} runs ${shortDigest(digest)}`;
  return [
    { kind: "digest", state: { ...base, kind: "digest", id: `${service}:digest`, title } },
    ...policy.health.map(endpoint("health")),
    ...policy.smoke.map(endpoint("smoke")),
  ];
}

/** Looks at most: three wrong answers in a row are a failure, fewer may be a pod that is being replaced. */
export const looksMax = 3;

/** What the checks say after so many looks. No answer is never good: it ends as errored, which takes nothing back. */
export function judgeAgain(checks: readonly CheckState[], looks: number): VerifiedAgain {
  const failed = checks.find((check) => check.status === "failed");
  if (failed) return { kind: "failed", reason: `${failed.title}: ${failed.found}` };
  const open = checks.find((check) => check.status !== "good" && check.status !== "passed");
  if (!open) return { kind: "passed" };
  if (looks < looksMax) return { kind: "lookAgain" };
  return { kind: "errored", reason: `${open.title} could not be told: ${open.found}` };
}
