import { sql } from "@/lib/db/sql";
import { attemptCall } from "@/lib/engine/attempt-call";
import type { Engine } from "@/lib/engine/engine";
import { failpoint } from "@/lib/engine/failpoint";
import { type LeasedStep, putOff, settle } from "@/lib/engine/lease";
import { placeIsBusy } from "@/lib/engine/steps/place-is-busy";
import { againstRaces, coloursOf } from "@/lib/engine/steps/rollout/colours";
import { plannedOf, targetOf } from "@/lib/engine/steps/write-target";
import { loadPromotion } from "@/lib/ledger/record-promotion";
import { entryFor, later, worker } from "@/lib/pipeline/promotion/decision";
import type { EntryBody } from "@/lib/pipeline/promotion/entry";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { retiredColour } from "@/lib/pipeline/rollout/retirements";
import type { BlueGreenTarget } from "@/lib/ports/blue-green-target";

/** While another promotion is under way there, it may need the colour: it is asked again this often. */
const askAgainMs = 15_000;
/** So long is a cluster that does not answer tried: the pods cost something, and nothing waits for it. */
const triedForMs = 86_400_000;

/** Takes the pods of the colour away that takes no traffic any more, when its time is over, and records it. */
export async function runRetire(engine: Engine, step: LeasedStep): Promise<void> {
  const service = step.payload.service ?? "";
  await failpoint("retire:taken");
  const state = await loadPromotion(engine.pool, step.project, step.promotion);
  const colour = state && retiredColour(state, service);
  if (!state || colour === undefined || (await isTakenOver(engine, state, service))) {
    await settle(engine, step, () => undefined);
    return;
  }
  if (await placeIsBusy(engine, state, service)) {
    await putOff(engine, step, askAgainMs, "another promotion is under way there");
    return;
  }
  const planned = plannedOf(state, service);
  const until = later("endedAt" in state ? state.endedAt : engine.now(), triedForMs);
  const outcome = await attemptCall(engine, step, until, async (signal) => {
    const target = await targetOf(engine, state, planned);
    const colours = coloursOf(target, planned.target.connection);
    return againstRaces(() => retire({ colours, state, service, colour, signal }));
  });
  await failpoint("retire:written");
  if (outcome.kind === "putOff") return;
  const body: EntryBody =
    outcome.kind === "answered"
      ? outcome.value
      : { kind: "colour.kept", data: { service, colour, why: outcome.trouble.reason } };
  await settle(engine, step, async (current, tx, now) => {
    await tx.append([entryFor(current, now, worker)(body)]);
    return undefined;
  });
  await failpoint("retire:settled");
}

interface Retirement {
  colours: BlueGreenTarget;
  state: PromotionState;
  service: string;
  colour: string;
  signal: AbortSignal;
}

async function retire({ colours, state, service, colour, signal }: Retirement): Promise<EntryBody> {
  const { target } = plannedOf(state, service);
  const standing = await colours.look(target, signal);
  const kept = (why: string): EntryBody => ({ kind: "colour.kept", data: { service, colour, why } });
  if (standing.live === colour) return kept(`${standing.service} selects it again`);
  const idle = standing.colours[standing.idle];
  if (!idle) return kept("its workload is not there any more");
  // Made ready again since the last switch, by somebody who is not this promotion.
  if (idle.promotion !== state.id && idle.generation > standing.generation) return kept("it is being made ready again");
  await failpoint("retire:looked");
  await colours.retire(target, standing, signal);
  return { kind: "colour.retired", data: { service, colour, workload: idle.name } };
}

/** A later promotion of the place retires a colour itself, at its own time. */
async function isTakenOver(engine: Engine, { id, project, plan }: PromotionState, service: string): Promise<boolean> {
  const [row] = await engine.pool.query<{ taken: boolean }>(
    sql`select exists (
          select from step later
            join promotion p on p.id = later.promotion
            join step own on own.promotion = ${id} and own.kind = 'retire' and own.payload ->> 'service' = ${service}
           where later.kind = 'retire' and later.status = 'due' and later.promotion <> ${id}
             and later.payload ->> 'service' = ${service} and p.project = ${project} and p.environment = ${plan.environment}
             and p.ended_at > (select ended_at from promotion where id = ${id})) as taken`,
  );
  return row?.taken === true;
}
