import type { WebhookConfig } from "@/lib/pipeline/gates/webhook-config";
import type { HttpJob } from "@/lib/pipeline/policy/http-job";
import type { Channel } from "@/lib/pipeline/policy/notify";
import type { ArtifactRegistry } from "@/lib/ports/artifact-registry";
import type { ChatApp } from "@/lib/ports/chat-app";
import type { DeployTarget } from "@/lib/ports/deploy-target";
import type { HttpJobs } from "@/lib/ports/job-runner";
import type { MetricSource } from "@/lib/ports/metric-source";
import type { MailServer, Notifier } from "@/lib/ports/notifier";
import type { OutsideGate } from "@/lib/ports/outside-gate";
import type { Probe } from "@/lib/ports/probe";
import type { SignatureVerifier } from "@/lib/ports/signature-verifier";

/**
 * The outside systems as one project may reach them, by the names of its connections. Throws ExternalError
 * `misconfigured` where the project has no such connection, or it is of another kind.
 */
export interface World {
  registry(project: string, connection: string): Promise<ArtifactRegistry>;
  target(project: string, connection: string): Promise<DeployTarget>;
  metrics(project: string, connection: string): Promise<MetricSource>;
  /** What runs the HTTP jobs of a connection, or, without one, those of an address that takes no credentials. */
  httpJobs(project: string, job: Pick<HttpJob, "connection" | "start">): Promise<HttpJobs>;
  chat(project: string, connection: string): Promise<ChatApp>;
  mail(project: string, connection: string): Promise<MailServer>;
  /** Where a subscription of the project is told. */
  notifier(project: string, channel: Channel): Promise<Notifier>;
  /** The outside system that a gate asks. */
  outsideGate(config: WebhookConfig): OutsideGate;
  /** Every secret that the project's connections and subscriptions lead to, as it is at this moment, and this process's own. */
  knownSecrets(project: string): Promise<string[]>;
  probe: Probe;
  signatures: SignatureVerifier;
}
