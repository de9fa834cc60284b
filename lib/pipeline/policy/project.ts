import { z } from "zod";
import { fillPreview } from "@/lib/pipeline/policy/blue-green";
import { type EnvironmentPolicy, environment } from "@/lib/pipeline/policy/environment";
import { exactlyOne, exactlyOneSchema } from "@/lib/pipeline/policy/exactly-one";
import { emailAddress, groupName, name } from "@/lib/pipeline/policy/name";
import { type Subscription, subscription } from "@/lib/pipeline/policy/notify";
import { type KubernetesTarget, type ServicePolicy, service } from "@/lib/pipeline/policy/service";
import { type SignalsPolicy, signals } from "@/lib/pipeline/policy/signals";
import { type Slo, slo } from "@/lib/pipeline/policy/slo";
import type { Strategy } from "@/lib/pipeline/policy/strategy";

export const roles = ["viewer", "releaseManager", "approver", "overrider", "administrator"] as const;
export type Role = (typeof roles)[number];

/** What a token may be limited to: a role of people, or to be an alarm, which reports triggers and sees nothing. */
export const tokenRoles = [...roles, "alarm"] as const;
export type TokenRole = (typeof tokenRoles)[number];

/** A role for a group, or for a person by e-mail address (in lower case). Without `environments` it holds in all. */
export type PersonRole = ({ kind: "group"; group: string } | { kind: "person"; email: string }) & {
  role: Role;
  environments?: string[];
};

/** A project's whole policy. Everything in it is plain JSON. */
export interface ProjectDocument {
  name: string;
  title: string;
  people: PersonRole[];
  environments: EnvironmentPolicy[];
  services: ServicePolicy[];
  notify: Subscription[];
  /** Absent in documents of before there were any. */
  slos?: Slo[];
  /** What is asked about the health of its services; absent where nothing is. */
  signals?: SignalsPolicy;
}

/** The strategy that counts for a service in an environment: the target's own, else the environment's. */
export function strategyFor(environment: EnvironmentPolicy, service: ServicePolicy): Strategy {
  const target = Object.hasOwn(service.targets, environment.name) ? service.targets[environment.name] : undefined;
  const strategy = target?.strategy ?? environment.strategy;
  if (strategy.kind !== "blueGreen" || strategy.previewService === undefined || !target) return strategy;
  const facts = { service: service.name, workload: target.ref.workload.name };
  return { ...strategy, previewService: fillPreview(strategy.previewService, facts) };
}

/** Where a service runs in an environment, as whoever observes or orders it must know it; undefined where nowhere. */
export function targetRefFor(environment: EnvironmentPolicy, service: ServicePolicy): KubernetesTarget | undefined {
  if (!Object.hasOwn(service.targets, environment.name)) return undefined;
  const ref = service.targets[environment.name]?.ref;
  const own = strategyFor(environment, service);
  if (ref && own.kind === "delegated" && own.controller === "flagger") {
    return { ...ref, canary: own.canary ?? ref.workload.name };
  }
  return ref?.service !== undefined && own.kind === "blueGreen" ? { ...ref, colourLabel: own.label } : ref;
}

const person = z
  .strictObject({
    group: groupName.optional(),
    email: emailAddress.optional(),
    role: z.enum(roles).meta({ description: `one of ${roles.join(", ")}` }),
    environments: z
      .array(name)
      .min(1)
      .meta({ description: "a list of at least one environment; leave it out for all" })
      .optional(),
  })
  .superRefine(exactlyOne("group", "email"))
  .transform(
    ({ group, email, ...grant }): PersonRole =>
      group !== undefined
        ? { kind: "group", group, ...grant }
        : // exactlyOne has passed by now, so the other one is there.
          { kind: "person", email: email as string, ...grant },
  )
  .meta({ description: "a role for a group or a person", ...exactlyOneSchema("group", "email") });

/** A whole document of kind Project, as it stands in the file, read into a ProjectDocument. */
export const projectDocument = z
  .strictObject({
    apiVersion: z.literal("waybill.dev/v1"),
    kind: z.literal("Project"),
    metadata: z.strictObject({
      name,
      title: z.string().trim().min(1).max(100).meta({ description: "a title of 1 to 100 characters" }).optional(),
    }),
    spec: z.strictObject({
      people: z.array(person).max(500).default([]),
      environments: z.array(environment).min(1).max(50).meta({ description: "a list of 1 to 50 environments" }),
      slos: z.array(slo).max(50).default([]),
      signals: signals.optional(),
      services: z.array(service).min(1).meta({ description: "a list of at least one service" }),
      notify: z.array(subscription).max(100).default([]),
    }),
  })
  .transform(
    ({ metadata, spec }): ProjectDocument => ({
      name: metadata.name,
      title: metadata.title ?? metadata.name,
      people: spec.people,
      environments: spec.environments.map((item, position) => ({ ...item, position })),
      ...(spec.slos.length > 0 ? { slos: spec.slos } : {}),
      ...(spec.signals === undefined ? {} : { signals: spec.signals }),
      services: spec.services.map((item, position) => ({ ...item, position })),
      notify: spec.notify,
    }),
  )
  .meta({ description: "a platform: its people, environments and services" });
