import { z } from "zod";
import { addressTemplate, previewTemplate } from "@/lib/pipeline/policy/address";
import { duration } from "@/lib/pipeline/policy/duration";
import { exactlyOne, exactlyOneSchema } from "@/lib/pipeline/policy/exactly-one";
import { type HttpJob, httpJob, jsonPathForm } from "@/lib/pipeline/policy/http-job";
import { type KubernetesJob, kubernetesJob } from "@/lib/pipeline/policy/kubernetes-job";
import { type MetricPolicy, verificationMetric } from "@/lib/pipeline/policy/metric";
import { type TriggerPolicy, trigger, triggerProblems, withSources } from "@/lib/pipeline/policy/trigger";

/** An endpoint that must answer `status`, and go on doing so for `forMs`. */
export interface HealthCheck {
  /** May hold placeholders such as `{service}`: see fillAddress. */
  url: string;
  status: number;
  forMs?: number;
  /** How long the whole answer may take. */
  latencyMsMax?: number;
  /** By names in lower case: what must occur in each; `*` where it only must be there. */
  headers?: Record<string, string>;
  /** How long its certificate must still be valid. */
  certificateMsMin?: number;
}

/** A health check that may also look into the JSON of the answer: the value at `jsonPath` must be `equals`. */
export interface SmokeTest extends HealthCheck {
  jsonPath?: string;
  equals?: string | number | boolean;
}

/** A smoke test that takes its time: something is started and watched until it says how it ended. */
export type JobPolicy = HttpJob | KubernetesJob;

/** What is checked after a rollout, beside the digest that really runs. `watchMs` is 0 where nothing is watched. */
export interface VerificationPolicy {
  health: HealthCheck[];
  smoke: SmokeTest[];
  /** Absent where no job is run. */
  jobs?: JobPolicy[];
  /** Absent where no number is measured. */
  metrics?: MetricPolicy[];
  /** Absent where nothing rolls back at once. */
  rollBackWhen?: TriggerPolicy[];
  watchMs: number;
}

/** The steps of `$.checks[0].status`: `["checks", 0, "status"]`. Undefined where the text is no such path. */
export function parseJsonPath(path: string): (string | number)[] | undefined {
  if (!jsonPathForm.test(path)) return undefined;
  return [...path.matchAll(/\.([^.[]+)|\[(\d+)\]/g)].map(([, key, index]) => key ?? Number(index));
}

const status = z.int().min(100).max(599).meta({ description: "an HTTP status from 100 to 599" });
const held = duration.meta({ description: "how long the answer must stay right: 30s, 2m …" });

const transport = {
  maxLatency: z
    .string()
    .regex(/^([1-9][0-9]{0,4}ms|[1-9][0-9]?s)$/)
    .transform((text) => Number.parseInt(text, 10) * (text.endsWith("ms") ? 1 : 1000))
    .meta({ description: "how long the whole answer may take: 500ms, 2s …" })
    .optional(),
  headers: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z0-9-]{1,64}$/)
        .transform((text) => text.toLowerCase()),
      z.string().min(1).max(200),
    )
    .meta({ description: "headers that the answer must have, with what must occur in each; * for any value" })
    .optional(),
  certificate: z
    .strictObject({ validFor: duration.meta({ description: "how long it must still be valid: 14d …" }) })
    .meta({ description: "the certificate of an https address" })
    .optional(),
};

type Written = { for?: number; maxLatency?: number; certificate?: { validFor: number } };
type Given<Value extends Written> = Omit<Value, keyof Written> &
  Pick<HealthCheck, "forMs" | "latencyMsMax" | "certificateMsMin">;

/** The same under the names of the policy; what is not said is not there. */
function named<Value extends Written>({ for: forMs, maxLatency, certificate, ...rest }: Value): Given<Value> {
  return {
    ...rest,
    ...(forMs === undefined ? {} : { forMs }),
    ...(maxLatency === undefined ? {} : { latencyMsMax: maxLatency }),
    ...(certificate === undefined ? {} : { certificateMsMin: certificate.validFor }),
  };
}

/** Over http there is no certificate to look at. */
function encrypted(value: { url?: unknown; certificate?: unknown }, context: z.RefinementCtx): void {
  if (value.certificate === undefined || !String(value.url).startsWith("http://")) return;
  const params = { allowed: "certificate with an address of https://" };
  context.addIssue({ code: "custom", path: ["certificate"], message: "stands beside an address of http://", params });
}

const healthCheck = z
  .strictObject({ url: addressTemplate, status: status.default(200), ...transport, for: held.optional() })
  .superRefine(encrypted)
  .transform((value): HealthCheck => named(value))
  .meta({ description: "an endpoint that must answer with this status" });

const answer = {
  status: status.optional(),
  ...transport,
  jsonPath: z
    .string()
    .regex(jsonPathForm)
    .meta({ description: "a path into the JSON of the answer: $.status or $.checks[0].state" })
    .optional(),
  equals: z
    .union([z.string(), z.number(), z.boolean()])
    .meta({ description: "a text, a number, true or false" })
    .optional(),
};

function comparesSomething(value: { jsonPath?: string; equals?: unknown }, context: z.RefinementCtx): void {
  if (value.equals === undefined || value.jsonPath !== undefined) return;
  context.addIssue({
    code: "custom",
    path: ["equals"],
    message: "stands without jsonPath, so there is nothing to compare",
    params: { allowed: "equals together with jsonPath" },
  });
}

const kinds = ["url", "job", "kubernetesJob"] as const;

/** One request, or a job. */
export type SmokePolicy = { kind: "request"; test: SmokeTest } | { kind: "job"; job: JobPolicy };

type Read = Written & { url?: string; status?: number; job?: HttpJob; kubernetesJob?: KubernetesJob };

/** What says how one answer must be says nothing of a job. */
function jobAlone(value: Record<string, unknown>, context: z.RefinementCtx): void {
  const kind = kinds.find((one) => one !== "url" && value[one] !== undefined);
  if (kind === undefined) return;
  const params = { allowed: `nothing beside ${kind}` };
  for (const key of Object.keys(value)) {
    if (kinds.some((one) => one === key) || value[key] === undefined) continue;
    context.addIssue({ code: "custom", path: [key], message: "says nothing of a job", params });
  }
}

function toSmoke<Value extends Read>({ job, kubernetesJob: inCluster, ...request }: Value): SmokePolicy {
  const asked = job ?? inCluster;
  if (asked !== undefined) return { kind: "job", job: asked };
  // exactlyOne has passed by now, so there is an address.
  return { kind: "request", test: named({ ...request, url: request.url as string, status: request.status ?? 200 }) };
}

/** The requests and the jobs of a list; no jobs are no key. */
export function smokeOf(list: readonly SmokePolicy[]): { smoke: SmokeTest[]; jobs?: JobPolicy[] } {
  const smoke = list.flatMap((one) => (one.kind === "request" ? [one.test] : []));
  const jobs = list.flatMap((one) => (one.kind === "job" ? [one.job] : []));
  return { smoke, ...(jobs.length === 0 ? {} : { jobs }) };
}

/** One request or job against a preview, before anybody else can reach what it stands before. */
export const previewSmokeTest = z
  .strictObject({
    ...{ url: previewTemplate.optional(), ...answer },
    ...{ job: httpJob({ preview: true }).optional(), kubernetesJob: kubernetesJob.optional() },
  })
  .superRefine(exactlyOne(...kinds))
  .superRefine(jobAlone)
  .superRefine(comparesSomething)
  .superRefine(encrypted)
  .transform(toSmoke)
  .meta({
    description: "one request to the preview Service, with what the answer must be, or a job",
    ...exactlyOneSchema(...kinds),
  });

const smokeTest = z
  .strictObject({
    ...{ url: addressTemplate.optional(), ...answer, for: held.optional() },
    ...{ job: httpJob({ preview: false }).optional(), kubernetesJob: kubernetesJob.optional() },
  })
  .superRefine(exactlyOne(...kinds))
  .superRefine(jobAlone)
  .superRefine(comparesSomething)
  .superRefine(encrypted)
  .transform(toSmoke)
  .meta({
    description: "one request after the rollout, with what the answer must be, or a job",
    ...exactlyOneSchema(...kinds),
  });

/** `verification: {…}` of the project file. */
export const verification = z
  .strictObject({
    health: z.array(healthCheck).max(50).default([]),
    smoke: z.array(smokeTest).max(50).default([]),
    metrics: z.array(verificationMetric).max(50).default([]),
    rollBackWhen: z.array(trigger).max(50).default([]),
    watch: duration.meta({ description: "how long the release is watched after it runs: 5m, 15m …" }).optional(),
  })
  .superRefine(({ metrics, rollBackWhen }, context) => {
    for (const [index, { name }] of metrics.entries()) {
      if (metrics.findIndex((one) => one.name === name) === index) continue;
      const params = { allowed: "a name of its own" };
      context.addIssue({
        code: "custom",
        path: ["metrics", index, "name"],
        message: "is the name of another metric already",
        params,
      });
    }
    for (const { index, key, message, allowed } of triggerProblems(rollBackWhen, metrics)) {
      context.addIssue({ code: "custom", path: ["rollBackWhen", index, key], message, params: { allowed } });
    }
  })
  .transform(
    ({ health, smoke, metrics, rollBackWhen, watch }): VerificationPolicy => ({
      health,
      ...smokeOf(smoke),
      ...(metrics.length === 0 ? {} : { metrics }),
      ...(rollBackWhen.length === 0 ? {} : { rollBackWhen: withSources(rollBackWhen, metrics) }),
      watchMs: watch ?? 0,
    }),
  )
  .meta({ description: "what is checked after a rollout; the digest that runs is always checked" });
