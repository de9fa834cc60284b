import type { ArtifactRegistry } from "@/lib/ports/artifact-registry";
import type { DeployTarget } from "@/lib/ports/deploy-target";
import type { MetricSource } from "@/lib/ports/metric-source";
import type { Probe } from "@/lib/ports/probe";

/**
 * The outside systems as one project may reach them, by the names of its connections. Throws ExternalError
 * `misconfigured` where the project has no such connection, or it is of another kind.
 */
export interface World {
  registry(project: string, connection: string): Promise<ArtifactRegistry>;
  target(project: string, connection: string): Promise<DeployTarget>;
  metrics(project: string, connection: string): Promise<MetricSource>;
  probe: Probe;
}
