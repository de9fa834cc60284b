import type { Engine } from "@/lib/engine/engine";
import { type LeasedStep, putOff } from "@/lib/engine/lease";
import type { Trouble } from "@/lib/pipeline/promotion/input";
import { ExternalError } from "@/lib/ports/external-error";

export type CallOutcome<T> =
  | { kind: "answered"; value: T }
  | { kind: "putOff" }
  | { kind: "trouble"; trouble: Trouble; touched: boolean };

const backoffMsMax = 30_000;

/** The pause before an attempt: 0.5 s, 1 s, 2 s … up to 30 s, or what the system itself asked for. */
export function backoffMs(attempts: number, asked?: number): number {
  return Math.min(backoffMsMax, Math.max(asked ?? 0, 500 * 2 ** Math.min(attempts, 6)));
}

/**
 * Calls an outside system for a step, bounded in time. What may pass is put off and tried again until `until`; what will
 * not pass, and what did not pass in time, is trouble: failed where the system said no, errored where we could not tell.
 */
export async function attemptCall<T>(
  engine: Engine,
  step: LeasedStep,
  until: string,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<CallOutcome<T>> {
  try {
    return { kind: "answered", value: await call(AbortSignal.timeout(engine.callMs)) };
  } catch (error) {
    if (!(error instanceof ExternalError)) throw error;
    const pause = backoffMs(step.attempts, error.retryAfterMs);
    const again = new Date(Date.parse(engine.now()) + pause).toISOString();
    if (error.retryable && again < until) {
      await putOff(engine, step, pause, error.message);
      engine.log("warn", "an outside system did not answer; the step is put off", {
        step: step.id,
        system: error.system,
        code: error.code,
        inMs: pause,
      });
      return { kind: "putOff" };
    }
    const said =
      error.code === "forbidden" ||
      error.code === "notFound" ||
      error.code === "invalid" ||
      error.code === "misconfigured" ||
      error.code === "unauthorized";
    const kind = said ? "failed" : "errored";
    const evidence = [{ name: error.system, value: error.code }];
    return { kind: "trouble", trouble: { kind, reason: error.message, evidence }, touched: !said };
  }
}
