import { againstRaces } from "@/lib/engine/steps/rollout/colours";
import { delegatedOf } from "@/lib/engine/steps/rollout/delegated-ground";
import type { CanaryRevert } from "@/lib/engine/steps/rollout/revert-canary";
import { changeFor, foreignChange, type WrittenTarget, writeTarget } from "@/lib/engine/steps/write-target";
import { factsOf, type StepState } from "@/lib/pipeline/rollout/step";
import type { DelegatedCommand } from "@/lib/ports/delegated-target";
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
  const tell = (command: DelegatedCommand, digest = planned.to.digest) =>
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
    const reason = `${after.what} was given the verified digest, but somebody paused it by hand: it goes nowhere until that is taken away`;
    return { kind: "foreign", reason };
  }
  if (!after.caughtUp) {
    throw notYet(planned, `${after.what}: its controller has not taken up the order yet`);
  }
  if (!after.isSettled) {
    const told = await tell("promoteFully", rollback.digest);
    if (told.kind === "drift") return foreign(told);
    // What that left in the object has to go once the controller is through.
    if (after.applied !== undefined) throw notYet(planned, `${after.what} is still on its way back`);
  }
  const tidied = await tell("tidyUp", rollback.digest);
  if (tidied.kind === "drift") return foreign(tidied);
  // An earlier try of this order may have written it, and then had to wait.
  const wrote = written.written || after.generation === generation;
  return { kind: "written", written: wrote, targetGeneration: after.targetGeneration };
}

/** It is looked at again, as long as the way back may take. */
function notYet({ target }: CanaryRevert["planned"], message: string): ExternalError {
  return new ExternalError({
    system: `connection ${target.connection}`,
    code: "unavailable",
    message,
    retryable: true,
  });
}

function foreign({ found, expected }: { found: string; expected: string }): WrittenTarget {
  return { kind: "foreign", reason: `somebody else changed it: found ${found}, expected ${expected}` };
}
