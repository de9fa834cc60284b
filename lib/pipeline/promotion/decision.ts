import type { Actor } from "@/lib/pipeline/actor";
import type { Entry, EntryBody } from "@/lib/pipeline/promotion/entry";
import type { Effect, Rejection, RejectionCode } from "@/lib/pipeline/promotion/input";
import type { PromotionBase } from "@/lib/pipeline/promotion/state";

/** What follows from an input: what to write, and what to do afterwards. Nothing has happened yet. */
export interface Decision {
  kind: "decision";
  entries: Entry[];
  effects: Effect[];
}

export const worker: Actor = { kind: "system", name: "worker" };

/** An input that does not apply to the state as it is; `message` says what would change that. */
export function refuse(code: RejectionCode, message: string): Rejection {
  return { kind: "rejection", code, message };
}

export function decision(entries: Entry[], effects: Effect[] = []): Decision {
  return { kind: "decision", entries, effects };
}

/** Gives a body its moment, actor and subject, so that each can be found by promotion, service and environment. */
export function entryFor(
  base: Pick<PromotionBase, "id" | "plan">,
  now: string,
  actor: Actor,
): (body: EntryBody) => Entry {
  return (body) => ({
    ...body,
    at: now,
    actor,
    subject: {
      promotion: base.id,
      environment: base.plan.environment,
      release: base.plan.release,
      ...("service" in body.data && typeof body.data.service === "string" ? { service: body.data.service } : {}),
    },
  });
}

export type EffectBody =
  | { kind: "evaluate" | "verify" }
  | { kind: "apply" | "observe" | "revert" | "observeRevert" | "retire"; service: string; attempt: number }
  | { kind: "rolloutStep"; service: string; step: string; attempt: number }
  /** `attempt` 2: after a way back, to what runs again. */
  | { kind: "moveTag"; service: string; tag: string; attempt?: 2 };

/** The same effect always has the same id: promotion, rollout, step, attempt. */
export function effect(promotion: string, dueAt: string, body: EffectBody): Effect {
  const service = "service" in body ? body.service : "-";
  const { attempt = 1 } = "attempt" in body ? body : {};
  const step = "step" in body ? `${body.kind}:${body.step}` : body.kind;
  return { id: `${promotion}:${service}:${step}:${attempt}`, promotion, dueAt, ...body };
}

/** `iso` moved by `ms`; pure, because both are given. */
export function later(iso: string, ms: number): string {
  return new Date(Date.parse(iso) + ms).toISOString();
}
