import type { DemoWorld } from "@/lib/engine/testing/demo-world";
import type { ColourStanding } from "@/lib/ports/blue-green-target";
import type { TargetRef } from "@/lib/ports/deploy-target";

/** A service's target in staging of a world that goes by two colours. */
export function colourRef(world: DemoWorld, service: string): TargetRef {
  return {
    kind: "kubernetes",
    connection: "cluster",
    namespace: world.namespace("staging"),
    workload: { kind: "deployment", name: service },
    container: service,
    service,
    colourLabel: "version",
  };
}

/** Both colours as they stand in the cluster at this moment. */
export async function coloursOf(world: DemoWorld, service: string): Promise<ColourStanding> {
  const target = await world.engine.world.target("demo", "cluster");
  if (!target.blueGreen) throw new Error("the target has no colours");
  return target.blueGreen.look(colourRef(world, service));
}

type Kind = "services" | "deployments";

/** As a person with kubectl and every right does it in staging: a strategic merge patch, or a look without one. */
export function byHand(world: DemoWorld, kind: Kind, name: string, patch?: object): Promise<Record<string, unknown>> {
  const api = kind === "services" ? "/api/v1" : "/apis/apps/v1";
  const path = `${api}/namespaces/${world.namespace("staging")}/${kind}/${name}`;
  return patch === undefined
    ? world.kubectl("GET", path)
    : world.kubectl("PATCH", path, patch, "application/strategic-merge-patch+json");
}
