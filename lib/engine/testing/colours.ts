import type { DemoWorld } from "@/lib/engine/testing/demo-world";
import type { ColourStanding } from "@/lib/ports/blue-green-target";
import type { TargetRef } from "@/lib/ports/deploy-target";

/** A service's target in staging of a world that goes by two colours. */
export function colourRef(service: string): TargetRef {
  return {
    kind: "kubernetes",
    connection: "cluster",
    namespace: "demo-staging",
    workload: { kind: "deployment", name: service },
    container: service,
    service,
    colourLabel: "version",
  };
}

/** Both colours as they stand in the cluster at this moment. */
export async function coloursOf({ engine }: DemoWorld, service: string): Promise<ColourStanding> {
  const target = await engine.world.target("demo", "cluster");
  if (!target.blueGreen) throw new Error("the target has no colours");
  return target.blueGreen.look(colourRef(service));
}

/** As a person with kubectl and every right does it: a strategic merge patch, or a GET without a body. */
export async function byHand(world: DemoWorld, path: string, body?: object): Promise<Record<string, unknown>> {
  const { clusterUrl, tokens } = world.sandbox;
  const answer = await fetch(`${clusterUrl}${path}`, {
    method: body === undefined ? "GET" : "PATCH",
    headers: {
      authorization: `Bearer ${tokens.admin}`,
      "content-type": "application/strategic-merge-patch+json",
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}

export const servicePath = (name: string) => `/api/v1/namespaces/demo-staging/services/${name}`;
export const workloadPath = (name: string) => `/apis/apps/v1/namespaces/demo-staging/deployments/${name}`;
