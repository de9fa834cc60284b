import {
  apiVersionOf,
  isObject,
  type Json,
  type JsonObject,
  type KubeObject,
  type Resource,
  sameJson,
} from "./objects";
import { badRequest, invalid, StatusError } from "./status-error";

type Causes = { reason: string; message: string; field: string }[];
type Refuse = (field: string, reason: string, message: string) => void;

const nameForm = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** The object that a caller sent, with the defaults of its kind; throws what a real server would refuse it with. */
export function admit(resource: Resource, body: JsonObject, current: KubeObject | undefined): KubeObject {
  const { kind = resource.kind, apiVersion = apiVersionOf(resource) } = body;
  if (kind !== resource.kind || apiVersion !== apiVersionOf(resource)) {
    const message = `${kind} in version "${apiVersion}" cannot be handled as a ${resource.kind}`;
    throw badRequest(message);
  }
  const metadata = isObject(body.metadata) ? body.metadata : {};
  const draft: JsonObject = { ...body, kind, apiVersion, metadata };
  if (resource.group === "apps") draft.spec = withDefaults(resource, isObject(body.spec) ? body.spec : {});
  if (resource.kind === "Job") draft.spec = jobDefaults(isObject(body.spec) ? body.spec : {});
  if (resource.kind === "Namespace" && current === undefined) {
    draft.spec = { finalizers: ["kubernetes"] };
    draft.status = { phase: "Active" };
  }
  if (resource.kind === "Service") draft.spec = serviceDefaults(isObject(body.spec) ? body.spec : {});
  const name = typeof metadata.name === "string" ? metadata.name : "";
  const causes = problems(resource, name, draft, current);
  if (causes.length > 0) throw invalid(resource, name, causes);
  return draft as unknown as KubeObject;
}

function withDefaults(resource: Resource, spec: JsonObject): JsonObject {
  const template = isObject(spec.template) ? spec.template : {};
  const podSpec = isObject(template.spec) ? template.spec : {};
  const containers = Array.isArray(podSpec.containers) ? podSpec.containers : [];
  const pod: JsonObject = {
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
    ...podSpec,
    containers: containers.map((one) =>
      isObject(one)
        ? { resources: {}, imagePullPolicy: "IfNotPresent", terminationMessagePath: "/dev/termination-log", ...one }
        : one,
    ),
  };
  const filled = { replicas: 1, ...spec, template: { metadata: {}, ...template, spec: pod } };
  switch (resource.kind) {
    case "Deployment":
      return {
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        ...filled,
        strategy: strategyDefaults(spec.strategy),
      };
    case "StatefulSet":
      return {
        podManagementPolicy: "OrderedReady",
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
        revisionHistoryLimit: 10,
        ...filled,
      };
    default:
      return filled;
  }
}

/** The pods of a Job end: one that would be restarted for ever is refused, as a real server refuses it. */
function jobDefaults(spec: JsonObject): JsonObject {
  const { replicas: _, ...filled } = withDefaults({ kind: "Job" } as Resource, spec);
  return { completions: 1, parallelism: 1, backoffLimit: 6, suspend: false, ...filled };
}

function strategyDefaults(given: Json | undefined): JsonObject {
  const strategy = isObject(given) ? given : {};
  if (strategy.type !== undefined && strategy.type !== "RollingUpdate") return strategy;
  const rollingUpdate = isObject(strategy.rollingUpdate) ? strategy.rollingUpdate : {};
  return { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%", ...rollingUpdate } };
}

function serviceDefaults(spec: JsonObject): JsonObject {
  const ports = (Array.isArray(spec.ports) ? spec.ports : []).map((port) =>
    isObject(port) ? { protocol: "TCP", targetPort: port.port ?? null, ...port } : port,
  );
  return { type: "ClusterIP", sessionAffinity: "None", ...spec, ports };
}

function problems(resource: Resource, name: string, draft: JsonObject, current: KubeObject | undefined): Causes {
  const causes: Causes = [];
  const refuse: Refuse = (field, reason, message) => causes.push({ reason, message, field });
  if (name === "") refuse("metadata.name", "FieldValueRequired", "Required value: name or generateName is required");
  else if (!nameForm.test(name) || name.length > 253) {
    refuse("metadata.name", "FieldValueInvalid", `Invalid value: "${name}": a lowercase RFC 1123 subdomain is needed`);
  }
  const metadata = draft.metadata as JsonObject;
  if (current !== undefined && metadata.uid !== undefined && metadata.uid !== current.metadata.uid) {
    refuse("metadata.uid", "FieldValueInvalid", `Invalid value: "${metadata.uid}": field is immutable`);
  }
  if (resource.kind === "Job") jobProblems(draft.spec as JsonObject, current?.spec, refuse);
  if (resource.group === "apps") workloadProblems(resource, draft.spec as JsonObject, current?.spec, refuse);
  return causes;
}

function workloadProblems(resource: Resource, spec: JsonObject, before: unknown, refuse: Refuse): void {
  const { replicas, selector, template, strategy } = spec;
  if (!Number.isInteger(replicas) || Number(replicas) < 0) {
    refuse("spec.replicas", "FieldValueInvalid", `Invalid value: ${replicas}: must be greater than or equal to 0`);
  }
  const wanted = isObject(selector) && isObject(selector.matchLabels) ? selector.matchLabels : {};
  if (Object.keys(wanted).length === 0) refuse("spec.selector", "FieldValueRequired", "Required value");
  const { metadata, spec: podSpec } = template as { metadata: JsonObject; spec: { containers: Json[] } };
  const labels = isObject(metadata.labels) ? metadata.labels : {};
  if (Object.entries(wanted).some(([key, value]) => labels[key] !== value)) {
    const message = `Invalid value: ${JSON.stringify(labels)}: \`selector\` does not match template \`labels\``;
    refuse("spec.template.metadata.labels", "FieldValueInvalid", message);
  }
  if (podSpec.containers.length === 0) refuse("spec.template.spec.containers", "FieldValueRequired", "Required value");
  for (const [index, container] of podSpec.containers.entries()) {
    for (const field of ["name", "image"]) {
      const value = isObject(container) ? container[field] : undefined;
      if (typeof value === "string" && value !== "") continue;
      refuse(`spec.template.spec.containers[${index}].${field}`, "FieldValueRequired", "Required value");
    }
  }
  if (resource.kind === "Deployment") deploymentProblems(spec, isObject(strategy) ? strategy : {}, refuse);
  if (!isObject(before)) return;
  if (!sameJson(before.selector, selector)) {
    refuse("spec.selector", "FieldValueInvalid", `Invalid value: ${JSON.stringify(selector)}: field is immutable`);
  }
  const open = ["replicas", "template", "updateStrategy"];
  const fixed = Object.keys({ ...before, ...spec }).filter((key) => !open.includes(key));
  if (resource.kind === "StatefulSet" && fixed.some((key) => !sameJson(before[key], spec[key]))) {
    const allowed = "'replicas', 'template', and 'updateStrategy'";
    const message = `Forbidden: updates to statefulset spec for fields other than ${allowed} are forbidden`;
    refuse("spec", "FieldValueForbidden", message);
  }
}

function jobProblems({ template }: JsonObject, before: unknown, refuse: Refuse): void {
  const { spec } = template as { spec: { restartPolicy: string; containers: Json[] } };
  if (spec.containers.length === 0) refuse("spec.template.spec.containers", "FieldValueRequired", "Required value");
  if (spec.restartPolicy !== "Never" && spec.restartPolicy !== "OnFailure") {
    const message = `Unsupported value: "${spec.restartPolicy}": supported values: "OnFailure", "Never"`;
    refuse("spec.template.spec.restartPolicy", "FieldValueNotSupported", message);
  }
  if (isObject(before) && !sameJson(before.template, template)) {
    refuse("spec.template", "FieldValueInvalid", "Invalid value: field is immutable");
  }
}

function deploymentProblems(spec: JsonObject, strategy: JsonObject, refuse: Refuse): void {
  const seconds = spec.progressDeadlineSeconds;
  if (!Number.isInteger(seconds) || Number(seconds) < 0) {
    const message = `Invalid value: ${seconds}: must be greater than or equal to 0`;
    refuse("spec.progressDeadlineSeconds", "FieldValueInvalid", message);
  }
  if (strategy.type === "Recreate" && strategy.rollingUpdate !== undefined) {
    const message = "Forbidden: may not be specified when strategy `type` is 'Recreate'";
    refuse("spec.strategy.rollingUpdate", "FieldValueForbidden", message);
  }
  const rolling = isObject(strategy.rollingUpdate) ? strategy.rollingUpdate : {};
  const isZero = (value: unknown) => value === 0 || value === "0%";
  if (isZero(rolling.maxSurge) && isZero(rolling.maxUnavailable)) {
    const message = `Invalid value: ${rolling.maxUnavailable}: may not be 0 when \`maxSurge\` is 0`;
    refuse("spec.strategy.rollingUpdate.maxUnavailable", "FieldValueInvalid", message);
  }
}

/** A body as JSON, or a 400; keys that would reach a prototype are dropped. */
export function parseBody(bytes: Buffer): Json {
  try {
    return JSON.parse(bytes.toString("utf8"), (key, value: Json) => (key === "__proto__" ? undefined : value));
  } catch (error) {
    throw new StatusError(400, "BadRequest", `the body is not JSON: ${error instanceof Error ? error.message : ""}`);
  }
}
