import { z } from "zod";
import { plannedMetric, plannedTrigger } from "@/lib/api/metric-schema";
import {
  actor,
  digest,
  environmentName,
  planHashValue,
  projectName,
  promotionKey,
  releaseKey,
  serviceName,
} from "@/lib/api/values";
import { freezeSubjects } from "@/lib/pipeline/gates/freeze-config";
import { severity } from "@/lib/pipeline/policy/severity-schema";

const versionAt = z.strictObject({ digest, version: z.string().nullable() });
const amount = z.union([z.number(), z.string()]).optional();

const shadow = z.literal(true).optional().meta({ description: "judged and recorded; stops nothing" });

const freezeWindow = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("recurring"),
    name: z.string(),
    rrule: z.string(),
    start: z.string().meta({ description: "HH:MM on the clocks of the time zone" }),
    lastsMs: z.int(),
    firstOn: z.string().optional(),
    except: z.array(z.string()),
  }),
  z.strictObject({ kind: z.literal("once"), name: z.string(), from: z.string(), to: z.string().optional() }),
]);

const plannedGate = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("upstream"),
    match: z.enum(["all", "any"]),
    environments: z.array(z.string()),
    shadow,
  }),
  z.strictObject({
    kind: z.literal("approval"),
    count: z.int(),
    from: z.array(z.string()),
    groups: z.array(z.strictObject({ count: z.int(), from: z.array(z.string()) })).optional(),
    expiresAfterMs: z.int(),
    stepUpMs: z.int().optional(),
    shadow,
  }),
  z.strictObject({ kind: z.literal("soak"), in: z.string(), forMs: z.int(), shadow }),
  z.strictObject({
    kind: z.literal("image"),
    maxSizeBytes: z.int().optional(),
    nonRoot: z.literal(true).optional(),
    healthcheck: z.literal(true).optional(),
    labels: z.array(z.string()).optional(),
    base: z.array(z.string()).optional(),
    architectures: z.array(z.string()).optional(),
    shadow,
  }),
  z.strictObject({
    kind: z.literal("freeze"),
    timezone: z.string(),
    deny: z.array(freezeWindow),
    allow: z.array(freezeWindow),
    exempt: z.array(severity),
    appliesTo: z.array(z.enum(freezeSubjects)),
    shadow,
  }),
  z.strictObject({
    kind: z.literal("errorBudget"),
    slo: z.string(),
    minRemainingPercent: z.number(),
    maxBurnRate: z.number().optional(),
    shadow,
  }),
  z.strictObject({
    kind: z.literal("vulnerabilities"),
    limits: z.strictObject({
      critical: z.int().optional(),
      high: z.int().optional(),
      medium: z.int().optional(),
      low: z.int().optional(),
      unrated: z.int().optional(),
    }),
    maxAgeMs: z.int().optional(),
    from: z.array(z.enum(["upload", "registry"])),
    allow: z.array(z.strictObject({ id: z.string(), until: z.string(), reason: z.string() })),
    shadow,
  }),
  z.strictObject({
    kind: z.literal("signature"),
    keys: z.array(z.string()),
    identities: z.array(z.strictObject({ issuer: z.string(), subject: z.string() })),
    trustedRoot: z.string().optional(),
    shadow,
  }),
  z.strictObject({
    kind: z.literal("webhook"),
    url: z.string(),
    secret: z.string().meta({ description: "a reference; never the secret" }),
    timeoutMs: z.int(),
    passForMs: z.int(),
    shadow,
  }),
  z.strictObject({
    kind: z.literal("tests"),
    checks: z.array(z.string()),
    in: z.string().optional().meta({ description: "where they are reported for; absent: the plan's environment" }),
    maxAgeMs: z.int().optional(),
    shadow,
  }),
  z.strictObject({
    kind: z.literal("checklist"),
    items: z.array(
      z.strictObject({
        text: z.string(),
        by: z.array(z.string()).optional().meta({ description: "groups and addresses of whom one must tick it" }),
        otherThanRequester: z.literal(true).optional(),
      }),
    ),
    shadow,
  }),
  z.strictObject({ kind: z.literal("hold") }),
  z.strictObject({ kind: z.literal("block") }),
  z.strictObject({ kind: z.literal("pin") }),
  z.strictObject({ kind: z.literal("schedule"), notBefore: z.string() }),
]);

const healthCheck = {
  url: z.string(),
  status: z.int(),
  forMs: z.int().optional(),
  latencyMsMax: z.int().optional().meta({ description: "how long the whole answer may take" }),
  headers: z
    .record(z.string(), z.string())
    .optional()
    .meta({ description: "what must occur in each; * for any value" }),
  certificateMsMin: z.int().optional().meta({ description: "how long its certificate must still be valid" }),
};

const smokeTest = z.strictObject({
  ...healthCheck,
  jsonPath: z.string().optional(),
  equals: z.union([z.string(), z.number(), z.boolean()]).optional(),
});

const jobLimits = {
  timeoutMs: z.int().meta({ description: "without an end by then nobody can tell" }),
  onInconclusive: z.enum(["rollBack", "hold"]),
};

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const plannedJob = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("http"),
    connection: z.string().optional(),
    start: z.string().meta({ description: "before {service}, {digest} … are filled in" }),
    body: z.record(z.string(), z.json()).optional().meta({ description: "absent: what is promoted, where to" }),
    status: z.string().optional(),
    state: z.string(),
    succeeded: z.array(scalar),
    failed: z.array(scalar),
    log: z.string().optional(),
    ...jobLimits,
  }),
  z.strictObject({
    kind: z.literal("kubernetes"),
    cronJob: z.string().meta({ description: "what the Job is made from, in the target's namespace" }),
    ...jobLimits,
  }),
]);

const strategy = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("rolling"), maxSurge: amount, maxUnavailable: amount, deadlineMs: z.int() }),
  z.strictObject({ kind: z.literal("recreate"), deadlineMs: z.int() }),
  z.strictObject({
    kind: z.literal("blueGreen"),
    label: z.string().meta({ description: "the selector's key whose values are blue and green" }),
    previewService: z.string().optional(),
    smoke: z.array(smokeTest),
    jobs: z.array(plannedJob).optional(),
    watchMs: z.int(),
    keepOldForMs: z.int().meta({ description: "so long after success the old colour is still up" }),
    deadlineMs: z.int(),
  }),
  z.strictObject({
    kind: z.literal("canary"),
    route: z.discriminatedUnion("kind", [
      z.strictObject({
        kind: z.enum(["httpRoute", "virtualService"]),
        name: z.string(),
        stableService: z.string().optional(),
        canaryService: z.string().optional(),
      }),
      z.strictObject({ kind: z.literal("replicas") }),
    ]),
    steps: z.array(
      z.strictObject({
        weight: z.int().meta({ description: "percent of the requests" }),
        forMs: z.int().meta({ description: "at least so long" }),
      }),
    ),
    analysis: z.strictObject({
      everyMs: z.int(),
      metrics: z.array(plannedMetric),
      deadlineMs: z.int().meta({ description: "so long after its time a share may go on without an explicit pass" }),
    }),
    rollBackWhen: z.array(plannedTrigger),
    deadlineMs: z.int(),
  }),
  z.strictObject({
    kind: z.literal("delegated"),
    controller: z
      .enum(["argoRollouts", "flagger"])
      .meta({ description: "who rolls out, by the steps of its own object" }),
    canary: z.string().optional().meta({ description: "the Canary of Flagger; absent: of the Deployment's name" }),
    withoutAnalysis: z.boolean().meta({ description: "that object may have no analysis" }),
    deadlineMs: z.int().meta({ description: "so long it may stand still without waiting for a person" }),
  }),
]);

const verification = z.strictObject({
  health: z.array(z.strictObject(healthCheck)),
  smoke: z.array(smokeTest),
  jobs: z.array(plannedJob).optional().meta({ description: "smoke tests that take their time" }),
  metrics: z.array(plannedMetric).optional(),
  rollBackWhen: z.array(plannedTrigger).optional(),
  watchMs: z.int(),
});

const plannedService = z.strictObject({
  service: serviceName,
  connection: z.string(),
  repository: z.string(),
  image: z.string().meta({ description: "host/repository; the target pulls it by the digest of `to`" }),
  target: z.strictObject({
    kind: z.literal("kubernetes"),
    connection: z.string(),
    namespace: z.string(),
    workload: z.strictObject({ kind: z.enum(["deployment", "statefulSet", "rollout"]), name: z.string() }),
    container: z.string(),
    service: z.string().optional().meta({ description: "the Service through which it takes traffic" }),
    colourLabel: z.string().optional(),
    canary: z.string().optional().meta({ description: "the Canary of Flagger that owns it" }),
  }),
  from: versionAt.nullable(),
  to: z.strictObject({
    digest,
    version: z.string(),
    platforms: z.array(digest),
    revision: z.string().nullable(),
  }),
  rollback: z
    .strictObject({
      digest,
      version: z.string().nullable(),
      release: z.string().nullable(),
      verified: z.boolean(),
    })
    .nullable(),
  strategy,
});

export const plan = z
  .strictObject({
    v: z.literal(1),
    kind: z.enum(["promote", "rollback"]),
    project: projectName,
    environment: environmentName,
    release: releaseKey,
    version: z.string(),
    severity: severity.optional(),
    policyVersion: z.int().meta({ description: "the version of the project file it was made from" }),
    services: z.array(plannedService).meta({ description: "in the order in which they are rolled out" }),
    gates: z.array(plannedGate),
    verification,
    onFailure: z.enum(["rollBack", "hold"]),
    queue: z.enum(["fifo", "newest"]),
    tags: z.array(z.strictObject({ service: serviceName, tag: z.string() })),
  })
  .meta({ id: "Plan", description: "exactly what a promotion will do; its hash is what is approved" });

const overrideWords = { by: actor, reason: z.string(), incident: z.string(), at: z.string() };

export const verdict = z
  .strictObject({
    gate: z.string(),
    status: z.enum(["pass", "fail", "wait", "unknown"]).meta({ description: "only pass opens a gate" }),
    demand: z.string(),
    summary: z.string(),
    evidence: z.array(
      z.strictObject({
        name: z.string(),
        value: z.string(),
        threshold: z.string().optional(),
        url: z.string().optional().meta({ description: "where more of it can be seen" }),
      }),
    ),
    said: z.string().optional().meta({ description: "what an outside system said, in its own words" }),
    nextEvaluationAt: z.string().optional(),
    opensAt: z.string().optional(),
    whoCanAct: z.string().optional(),
    askedOf: z.array(z.string()).optional().meta({ description: "groups and addresses whose yes would count" }),
    whoMayOverride: z.string().optional(),
    evaluatedAt: z.string().optional(),
    exempt: z.string().optional().meta({ description: "closed, and let pass by this severity" }),
    shadow,
    overridden: z
      .strictObject({ ...overrideWords, confirmedBy: actor.optional() })
      .optional()
      .meta({ description: "somebody let it pass, for this plan" }),
    overrideAsked: z
      .strictObject({ id: z.int(), ...overrideWords })
      .optional()
      .meta({ description: "somebody asked to let it pass, which takes a second person" }),
  })
  .meta({ id: "Verdict", description: "a gate's answer" });

export const preview = z
  .strictObject({
    plan,
    planHash: planHashValue,
    verdicts: z.array(verdict),
    wouldStart: z.boolean().meta({ description: "true where it may be asked for and every gate is open" }),
    refusal: z
      .strictObject({ code: z.string(), message: z.string() })
      .nullable()
      .meta({ description: "why asking for it now would be refused; null where it may be asked for" }),
    undoes: promotionKey.nullable().meta({ description: "of a rollback: the promotion whose effect it undoes" }),
  })
  .meta({ id: "Preview" });
