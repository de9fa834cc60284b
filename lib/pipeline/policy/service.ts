import { z } from "zod";
import { address } from "@/lib/pipeline/policy/address";
import { exactlyOne, exactlyOneSchema } from "@/lib/pipeline/policy/exactly-one";
import { name, workloadName } from "@/lib/pipeline/policy/name";
import { type ServiceSignals, serviceSignals } from "@/lib/pipeline/policy/signals";
import { type Strategy, strategy } from "@/lib/pipeline/policy/strategy";
import { isRepository, repositoryRule } from "@/lib/pipeline/release/reference";

/** A workload on a cluster. */
export interface KubernetesTarget {
  kind: "kubernetes";
  connection: string;
  namespace: string;
  workload: { kind: "deployment" | "statefulSet" | "rollout"; name: string };
  container: string;
  /** The Service through which it takes traffic; only of a Deployment. */
  service?: string;
  /** The key of that Service's selector whose value is a colour, where the strategy goes by colours. */
  colourLabel?: string;
  /** The Canary of Flagger that owns this Deployment, where the strategy says so. */
  canary?: string;
}

/** Where a service runs in one environment, and the strategy where this target has its own. */
export interface ServiceTarget {
  ref: KubernetesTarget;
  strategy?: Strategy;
}

export interface ServicePolicy {
  name: string;
  /** Its place in the file, from 0: services of one release are rolled out in this order. */
  position: number;
  image: { connection: string; repository: string };
  source?: { repository: string; path?: string };
  /** By environment. */
  targets: Record<string, ServiceTarget>;
  signals?: ServiceSignals;
}

/** exactlyOne has passed where this is asked, so one of them is there. */
function workloadOf(deployment?: string, statefulSet?: string, rollout?: string): KubernetesTarget["workload"] {
  if (deployment !== undefined) return { kind: "deployment", name: deployment };
  if (statefulSet !== undefined) return { kind: "statefulSet", name: statefulSet };
  return { kind: "rollout", name: rollout as string };
}

const kubernetesTarget = z
  .strictObject({
    connection: name.meta({ description: "the name of a connection of kind kubernetes" }),
    namespace: name,
    deployment: workloadName.optional(),
    statefulSet: workloadName.optional(),
    rollout: workloadName
      .meta({ description: "a Rollout of Argo Rollouts, which needs the strategy delegated" })
      .optional(),
    container: name,
    service: workloadName
      .meta({ description: "the Service through which it takes traffic; blueGreen needs it" })
      .optional(),
  })
  .superRefine(exactlyOne("deployment", "statefulSet", "rollout"))
  .superRefine((value, context) => {
    if (value.service === undefined || value.deployment !== undefined) return;
    const params = { allowed: "service beside a deployment" };
    const kind = value.rollout === undefined ? "statefulSet" : "rollout";
    context.addIssue({ code: "custom", path: ["service"], message: `is of no use for a ${kind}`, params });
  })
  .transform(
    ({ deployment, statefulSet, rollout, ...where }): KubernetesTarget => ({
      kind: "kubernetes",
      ...where,
      workload: workloadOf(deployment, statefulSet, rollout),
    }),
  )
  .meta({
    description: "one named container of a Deployment, StatefulSet or Rollout",
    ...exactlyOneSchema("deployment", "statefulSet", "rollout"),
  });

const target = z
  .strictObject({ kubernetes: kubernetesTarget, strategy: strategy.optional() })
  // A StatefulSet's pods have identities, so Kubernetes knows neither Recreate nor maxSurge for it.
  .superRefine((value, context) => {
    if (value.kubernetes?.workload?.kind !== "statefulSet" || value.strategy?.kind === undefined) return;
    const allowed = "for a statefulSet, rolling without maxSurge";
    const { kind } = value.strategy;
    if (kind === "recreate" || kind === "canary") {
      const message = "is not possible for a statefulSet";
      context.addIssue({ code: "custom", path: ["strategy", kind], message, params: { allowed } });
    } else if (value.strategy.kind === "rolling" && value.strategy.maxSurge !== undefined) {
      const message = "is not possible for a statefulSet";
      context.addIssue({ code: "custom", path: ["strategy", "rolling", "maxSurge"], message, params: { allowed } });
    }
  })
  .transform(
    (value): ServiceTarget => ({
      ref: value.kubernetes,
      ...(value.strategy === undefined ? {} : { strategy: value.strategy }),
    }),
  )
  .meta({ description: "where the service runs in one environment" });

/** One item of `spec.services`; `position` is its index there. */
export const service = z
  .strictObject({
    name,
    image: z.strictObject({
      connection: name.meta({ description: "the name of a connection of kind registry" }),
      repository: z
        .string()
        .refine(isRepository, { message: "is not a repository" })
        .meta({ description: `a repository without host, tag and digest; ${repositoryRule}` }),
    }),
    source: z
      .strictObject({
        repository: address,
        path: z
          .string()
          .max(500)
          .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\0\r\n]+$/)
          .meta({ description: "a folder inside the repository, without leading / and without .." })
          .optional(),
      })
      .meta({ description: "where the code lives, for links" })
      .optional(),
    targets: z
      .record(name, target)
      .refine((targets) => Object.keys(targets).length > 0, { message: "has no target, so the service runs nowhere" })
      .meta({ description: "at least one target, each under the name of an environment" }),
    signals: serviceSignals.optional(),
  })
  .meta({ description: "one deployable thing, built as one image repository" });
