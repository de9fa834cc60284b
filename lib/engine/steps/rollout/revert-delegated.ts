import { againstRaces } from "@/lib/engine/steps/rollout/colours";
import { delegatedOf } from "@/lib/engine/steps/rollout/delegated-ground";
import type { CanaryRevert } from "@/lib/engine/steps/rollout/revert-canary";
import { changeFor, foreignChange, type WrittenTarget, writeTarget } from "@/lib/engine/steps/write-target";
import { factsOf, type StepState } from "@/lib/pipeline/rollout/step";
import { ExternalError } from "@/lib/ports/external-error";

/**
 * The controller is told to abort what it has begun, which takes the requests away from the new version at once; then its
 * object takes the verified digest again, for an abort alone leaves the new one in the spec. Where everything had been
 * moved already, the controller is told to skip its steps on the way back. Safe to do again at any point.
 */
export async function revertDelegated(revert: CanaryRevert & { steps: readonly StepState[] }): Promise<WrittenTarget> {
  const { state, planned, rollback, generation, target, signal, planning } = revert;
  const delegated = delegatedOf(target, planned.target.connection);
  const by = { promotion: state.id, generation };
  await planning();
  const before = await delegated.look(planned.target, signal);
  if (!before.exists) return { kind: "foreign", reason: `${before.what} does not exist` };
  const isPausedByUs = factsOf(revert.steps).pausedByUs === "yes";
  const tell = (command: "abort" | "resume" | "promoteFully", digest = planned.to.digest) =>
    againstRaces(() => delegated.tell(planned.target, { command, digest, by }, signal));
  if (before.digest === planned.to.digest && before.promotion === state.id && before.digest !== rollback.digest) {
    const aborted = await tell("abort");
    if (aborted.kind === "drift") return foreign(aborted);
    if (before.pausedBy === "hand" && isPausedByUs) await tell("resume");
  }
  const change = changeFor(state, planned, rollback.digest, generation);
  const written = await writeTarget({
    plan: () => target.plan(planned.target, change, signal),
    allowed: (live) => foreignChange(live, [planned.to.digest, planned.from?.digest, rollback.digest]),
    apply: (live) => target.revert(planned.target, change, live, signal),
  });
  if (written.kind === "foreign") return written;
  const after = await delegated.look(planned.target, signal);
  if (after.pausedBy === "hand") {
    const reason = `${after.what} was given the verified digest, but somebody paused it by hand (spec.paused): it goes nowhere until that is taken away`;
    return { kind: "foreign", reason };
  }
  if (!after.caughtUp) {
    const message = `${after.what}: its controller has not taken up the order yet`;
    throw new ExternalError({
      system: `connection ${planned.target.connection}`,
      code: "unavailable",
      message,
      retryable: true,
    });
  }
  if (!after.isPromoted) {
    const told = await tell("promoteFully", rollback.digest);
    if (told.kind === "drift") return foreign(told);
  }
  return { ...written, targetGeneration: after.targetGeneration };
}

function foreign({ found, expected }: { found: string; expected: string }): WrittenTarget {
  return { kind: "foreign", reason: `somebody else changed it: found ${found}, expected ${expected}` };
}
