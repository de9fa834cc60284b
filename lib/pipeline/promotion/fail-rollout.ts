import type { Actor } from "@/lib/pipeline/actor";
import { type Decision, decision, entryFor, worker } from "@/lib/pipeline/promotion/decision";
import type { Entry } from "@/lib/pipeline/promotion/entry";
import { moveRollout } from "@/lib/pipeline/promotion/evolve-rollout";
import { goBack } from "@/lib/pipeline/promotion/go-back";
import type { Trouble } from "@/lib/pipeline/promotion/input";
import type { PromotionState } from "@/lib/pipeline/promotion/state";

/** What was found wrong with one service's rollout: it failed, and the promotion goes back as far as it was changed. */
export interface FailedRollout {
  service: string;
  touched: boolean;
  trouble: Trouble;
  /** Entries that tell how it came to it, before that of the failure. */
  before?: Entry[];
  /** Who said so, where somebody did; then also whether it is about this service alone (null: about all). */
  said?: { by: Actor; about: string | null };
}

/** The decision that follows a rollout's failure. */
export function failRollout(
  state: PromotionState & { phase: "rollingOut" },
  { service, touched, trouble, before = [], said }: FailedRollout,
  now: string,
): Decision {
  const write = entryFor(state, now, worker);
  const failed = write({ kind: "rollout.failed", data: { service, touched, reason: trouble.reason } });
  const rollouts = state.rollouts.map((one) =>
    one.service === service ? [...before, failed].reduce(moveRollout, one) : one,
  );
  const cause = { ...trouble, service: said ? said.about : service, by: said?.by ?? null, at: now };
  const back = goBack({ ...state, rollouts }, cause, now, worker);
  return decision([...before, failed, ...back.entries], back.effects);
}
