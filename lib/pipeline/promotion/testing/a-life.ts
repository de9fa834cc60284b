import { decide } from "@/lib/pipeline/promotion/decide";
import { later } from "@/lib/pipeline/promotion/decision";
import type { Entry } from "@/lib/pipeline/promotion/entry";
import { evolve } from "@/lib/pipeline/promotion/evolve";
import type { Effect, PromotionInput } from "@/lib/pipeline/promotion/input";
import type { PromotionPhase, PromotionState } from "@/lib/pipeline/promotion/state";
import { aPlan } from "@/lib/pipeline/promotion/testing/a-plan";
import { aRequest, nextGoodInput, startedAt } from "@/lib/pipeline/promotion/testing/some-input";

/** A promotion of a test as far as it has come, with everything that was written, and what follows next. */
export interface Life {
  state: PromotionState;
  entries: Entry[];
  effects: Effect[];
  now: string;
}

/** Says one thing and takes over what follows; throws where it is refused. */
export function say(life: Life, input: PromotionInput, afterMs = 1_000): Life {
  const now = later(life.now, afterMs);
  const decided = decide(life.state, input, now);
  if (decided.kind === "rejection") throw new Error(`${input.kind}: ${decided.message}`);
  const state = decided.entries.reduce(evolve, life.state as PromotionState | undefined) as PromotionState;
  return { state, entries: [...life.entries, ...decided.entries], effects: decided.effects, now };
}

/** A promotion that was just asked for. */
export function begin(plan = aPlan()): Life {
  const decided = decide(undefined, aRequest(plan), startedAt);
  if (decided.kind === "rejection") throw new Error(decided.message);
  const state = decided.entries.reduce(evolve, undefined as PromotionState | undefined) as PromotionState;
  return { state, entries: decided.entries, effects: decided.effects, now: startedAt };
}

/** Lets everything go well until `done`. */
export function goOn(life: Life, done: (state: PromotionState) => boolean): Life {
  let current = life;
  for (let step = 0; step < 60 && !done(current.state); step += 1) {
    const input = nextGoodInput(current.state);
    if (!input) return current;
    current = say(current, input, 2_000);
  }
  return current;
}

/** `goOn` as far as a phase. */
export const until = (phase: PromotionPhase) => (state: PromotionState) => state.phase === phase;
export const kinds = (life: Life) => life.entries.map((entry) => entry.kind);
