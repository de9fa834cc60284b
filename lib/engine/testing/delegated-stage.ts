import type { DemoWorld } from "@/lib/engine/testing/demo-world";
import type { DelegatedController } from "@/lib/pipeline/policy/delegated";
import type { DelegatedStanding } from "@/lib/pipeline/rollout/delegated-standing";
import type { TargetRef } from "@/lib/ports/deploy-target";

/** A service's target in staging of a world whose services are a controller's. */
export function ownedRef(world: DemoWorld, service: string, owner: DelegatedController = "argoRollouts"): TargetRef {
  const place = { connection: "cluster", namespace: world.namespace("staging"), container: service };
  return owner === "flagger"
    ? { kind: "kubernetes", ...place, workload: { kind: "deployment", name: service }, canary: service }
    : { kind: "kubernetes", ...place, workload: { kind: "rollout", name: service } };
}

/** What the controller's object says at this moment. */
export async function standingOf(
  world: DemoWorld,
  service: string,
  owner?: DelegatedController,
): Promise<DelegatedStanding> {
  const target = await world.engine.world.target("demo", "cluster");
  if (!target.delegated) throw new Error("no controller owns workloads of this target");
  return target.delegated.look(ownedRef(world, service, owner));
}

/** As a person with kubectl and every right does it: a merge patch of a service's Rollout, or of its status. */
export function patchRollout(world: DemoWorld, service: string, patch: object, status = false): Promise<unknown> {
  const path = `/apis/argoproj.io/v1alpha1/namespaces/${world.namespace("staging")}/rollouts/${service}`;
  return world.kubectl("PATCH", status ? `${path}/status` : path, patch, "application/merge-patch+json");
}

/** The same of the object that says how a controller rolls out. */
export function patchOwner(
  world: DemoWorld,
  service: string,
  owner: DelegatedController,
  patch: object,
): Promise<unknown> {
  if (owner === "argoRollouts") return patchRollout(world, service, patch);
  const path = `/apis/flagger.app/v1beta1/namespaces/${world.namespace("staging")}/canaries/${service}`;
  return world.kubectl("PATCH", path, patch, "application/merge-patch+json");
}

/** Resolves when the controller's object is as `accept` says. */
export async function untilStanding(
  world: DemoWorld,
  service: string,
  accept: (standing: DelegatedStanding) => boolean,
  owner?: DelegatedController,
): Promise<DelegatedStanding> {
  const end = performance.now() + 90_000;
  for (;;) {
    const standing = await standingOf(world, service, owner);
    if (accept(standing)) return standing;
    if (performance.now() > end) throw new Error(`${service} is ${JSON.stringify(standing)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
