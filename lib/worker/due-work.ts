import type { Queryable } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import { type LeasedStep, nextDueInMs, releaseLeases, takeDueStep } from "@/lib/engine/lease";
import { deliver } from "@/lib/engine/notify/deliver";
import { nextNotificationInMs, releaseNotifications, takeDueNotification } from "@/lib/engine/notify/due-notification";
import {
  nextReverificationInMs,
  releaseReverifications,
  takeDueReverification,
} from "@/lib/engine/reverify/due-reverification";
import { runReverification } from "@/lib/engine/reverify/run-reverification";
import { runStep } from "@/lib/engine/run-step";
import { screenEvaluations } from "@/lib/engine/screen-evaluations";
import { takeDueEvaluations } from "@/lib/engine/take-due-evaluations";

/** Work that this process holds by a lease. */
export interface Taken {
  /** For the log. */
  name: string;
  /** Its rows. */
  ids: readonly string[];
  /** Does it, and answers what of it is to be done one by one. */
  run(): Promise<Taken[]>;
}

/** A kind of work that is due by rows of a table. */
export interface DueWork {
  take(engine: Engine): Promise<Taken | undefined>;
  /** When the next of it is due, in milliseconds from now; undefined where none is. */
  nextInMs(db: Queryable): Promise<number | undefined>;
  /** Gives back what this process holds and will not do. */
  release(engine: Engine): Promise<number>;
  /** Gives back what this process holds and is not at; where there is none, the leases run out. */
  releaseIdle?(engine: Engine, underWay: readonly string[]): Promise<number>;
}

/** The steps of promotions; many evaluations at one look. */
export const promotionSteps: DueWork = {
  async take(engine) {
    const many = await takeDueEvaluations(engine);
    if (many.length > 0) {
      const run = async () => (await screenEvaluations(engine, many)).map((step) => oneStep(engine, step));
      return { name: "evaluations", ids: many.map(({ id }) => id), run };
    }
    const step = await takeDueStep(engine);
    return step && oneStep(engine, step);
  },
  nextInMs: nextDueInMs,
  release: (engine) => releaseLeases(engine),
  releaseIdle: releaseLeases,
};

function oneStep(engine: Engine, step: LeasedStep): Taken {
  return { name: `step ${step.id}`, ids: [step.id], run: () => runStep(engine, step).then(() => []) };
}

/** What people and programs are to be told. */
export const notifications: DueWork = {
  async take(engine) {
    const taken = await takeDueNotification(engine);
    if (!taken) return undefined;
    return { name: `notification ${taken.id}`, ids: [taken.id], run: () => deliver(engine, taken).then(() => []) };
  },
  nextInMs: nextNotificationInMs,
  release: releaseNotifications,
};

/** What runs and is to be verified again. */
export const reverifications: DueWork = {
  async take(engine) {
    const taken = await takeDueReverification(engine);
    if (!taken) return undefined;
    const run = () => runReverification(engine, taken).then(() => []);
    return { name: `verification ${taken.id}`, ids: [taken.id], run };
  },
  nextInMs: nextReverificationInMs,
  release: releaseReverifications,
};
