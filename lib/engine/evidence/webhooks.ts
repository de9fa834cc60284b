import type { Collector, Subject } from "@/lib/engine/evidence/question";
import { webhookKind, webhookQuestions } from "@/lib/facts/evidence/webhooks";
import { type WebhookAnswer, webhookFreshMs } from "@/lib/pipeline/gates/webhook-answer";

/** Asks outside systems whether exactly this plan of this promotion may go. Nobody is asked before it was requested. */
export const askWebhooks: Collector = (subject) => {
  const { request } = subject;
  if (!request) return [];
  return webhookQuestions(subject).map(({ config, key }) => ({
    kind: webhookKind,
    key,
    // Only this collector writes answers of its kind.
    freshMs: (value) => webhookFreshMs(value as WebhookAnswer, config.passForMs),
    ask: (world, signal) =>
      world.outsideGate(config).ask({ id: key, at: request.at, facts: factsOf(subject, request) }, signal),
  }));
};

/** What is told of the plan: what moves where, who asks and why. No secret is part of a plan. */
function factsOf({ plan, planHash, promotion }: Subject, request: NonNullable<Subject["request"]>) {
  const { project, environment, release, version, kind, severity, services } = plan;
  return {
    ...{ project, environment, promotion, planHash, kind, release, version },
    severity: severity ?? null,
    services: services.map(({ service, repository, from, to }) => ({
      ...{ service, repository },
      from: from && { version: from.version, digest: from.digest },
      to: { version: to.version, digest: to.digest, revision: to.revision },
    })),
    requestedBy: { kind: request.by.kind, name: request.by.name },
    requestedAt: request.at,
    reason: request.reason,
  };
}
