import type { Queryable } from "@/lib/db/sql";
import type { Asked } from "@/lib/facts/evidence/asked";
import { distinct, type LoadEvidence } from "@/lib/facts/evidence/asked";
import { loadOutside } from "@/lib/facts/evidence/outside";
import type { OutsideFact } from "@/lib/pipeline/gates/gate";
import type { WebhookAnswer } from "@/lib/pipeline/gates/webhook-answer";
import type { WebhookConfig } from "@/lib/pipeline/gates/webhook-config";
import type { Plan } from "@/lib/pipeline/plan/plan";

/** The kind of what outside systems answered to the question whether a plan may go. */
export const webhookKind = "webhook";

/** A webhook gate of a plan that was asked for, with the name of its question. */
export interface WebhookQuestion {
  gate: number;
  config: WebhookConfig;
  /** Promotion, plan and place: the answer counts for nothing else. */
  key: string;
}

/** The questions of a plan; none before the promotion is asked for. */
export function webhookQuestions({
  plan,
  planHash,
  promotion,
}: {
  plan: Plan;
  planHash: string;
  promotion: string | null;
}): WebhookQuestion[] {
  if (promotion === null) return [];
  return plan.gates.flatMap((config, gate) =>
    config.kind === "webhook" ? [{ gate, config, key: `${promotion}.${planHash}.${gate}` }] : [],
  );
}

/** What was answered last to each question of the plans. */
export const loadWebhooks: LoadEvidence<"webhooks"> = async (db: Queryable, asked: readonly Asked[]) => {
  const projects = distinct(asked.map(({ plan }) => plan.project));
  const keys = asked.flatMap((one) => webhookQuestions(one).map(({ key }) => key));
  const facts = keys.length === 0 ? new Map() : await loadOutside(db, webhookKind, projects, keys);
  return (one) => ({
    requested: one.promotion !== null,
    answers: webhookQuestions(one).map(({ gate, key }) => {
      // Only the collector of this kind writes these.
      const fact = facts.get(`${one.plan.project} ${key}`) as OutsideFact<WebhookAnswer> | undefined;
      return { gate, ...(fact ? { fact } : {}) };
    }),
  });
};
