import { annotate } from "@/lib/adapters/kubernetes/canary/weights";
import type { KubernetesClient, PatchOperation } from "@/lib/adapters/kubernetes/client";
import { missing } from "@/lib/adapters/kubernetes/delegated/argo-target";
import { checkOrder, digestIn } from "@/lib/adapters/kubernetes/delegated/check-order";
import {
  canaryPath,
  type FlaggerCanary,
  primaryName,
  readFlaggerCanary,
} from "@/lib/adapters/kubernetes/delegated/flagger-canary";
import { clusterWords, misconfigured } from "@/lib/adapters/kubernetes/errors";
import { fields, readList, slimWorkload, text } from "@/lib/adapters/kubernetes/objects";
import { eventsPath, workloadPath } from "@/lib/adapters/kubernetes/paths";
import { annotatedGeneration, promotionAnnotation, workloadName } from "@/lib/adapters/kubernetes/plan";
import type {
  AnalysisPhase,
  DelegatedAnalysis,
  DelegatedMetric,
  DelegatedStanding,
} from "@/lib/pipeline/rollout/delegated-standing";
import type { DelegatedCommand, DelegatedOutcome, DelegatedTarget } from "@/lib/ports/delegated-target";
import type { KubernetesTargetRef } from "@/lib/ports/deploy-target";
import { ExternalError } from "@/lib/ports/external-error";

interface Calls {
  client: KubernetesClient;
  now: () => Date;
}

/** Who left skipAnalysis in a Canary: only that is taken out again. */
const skippedFor = "waybill.dev/skipped-analysis-for";

async function orNothing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ExternalError && error.code === "notFound") return undefined;
    throw error;
  }
}

/** The Canary that the target names; one that is not there, of another Deployment or of no known kind is `misconfigured`. */
async function readCanary(
  { system, get }: KubernetesClient,
  ref: KubernetesTargetRef,
  signal?: AbortSignal,
): Promise<FlaggerCanary> {
  const name = ref.canary ?? ref.workload.name;
  const what = `Canary ${ref.namespace}/${name}`;
  let canary: FlaggerCanary;
  try {
    canary = readFlaggerCanary(await get(canaryPath(system, ref.namespace, name), {}, signal));
  } catch (error) {
    if (!(error instanceof ExternalError) || error.status !== 404) throw error;
    if (error.code === "notFound") throw misconfigured(system, `${what} does not exist`);
    throw misconfigured(system, "the cluster does not know Canary (flagger.app/v1beta1): Flagger is not there");
  }
  if (canary.targetName === ref.workload.name) return canary;
  throw misconfigured(system, `${what} owns "${canary.targetName}", not ${workloadName(ref)}`);
}

async function readDeployment(client: KubernetesClient, ref: KubernetesTargetRef, signal?: AbortSignal) {
  const object = await orNothing(client.get(workloadPath(client.system, ref), {}, signal));
  return object === undefined ? undefined : slimWorkload("deployment", object);
}

async function look(
  { client, now }: Calls,
  ref: KubernetesTargetRef,
  signal?: AbortSignal,
): Promise<DelegatedStanding> {
  const at = now().toISOString();
  const primary = { ...ref, workload: { kind: "deployment" as const, name: primaryName(ref.workload.name) } };
  const [canary, target, live] = await Promise.all([
    readCanary(client, ref, signal),
    readDeployment(client, ref, signal),
    readDeployment(client, primary, signal),
  ]);
  const what = `Canary ${ref.namespace}/${canary.metadata.name}`;
  if (!target) return missing(at, workloadName(ref));
  const digest = digestIn(target, ref);
  const isSettled = canary.isIdle && digest !== undefined && digestIn(live, ref) === digest;
  return {
    ...{ at, what, exists: true, digest },
    promotion: target.metadata.annotations[promotionAnnotation],
    generation: annotatedGeneration(client.system, target),
    targetGeneration: target.metadata.generation,
    // It does not say of which generation it speaks: `applied` tells whether it has taken up another template.
    caughtUp: true,
    applied: canary.applied,
    // Failed, but what was put back is what takes the traffic: nothing is wrong any more.
    phase: isSettled ? "healthy" : canary.phase === "healthy" ? "progressing" : canary.phase,
    phaseWord: clusterWords(canary.phaseWord),
    message: clusterWords(canary.message),
    isPromoted: isSettled,
    isAborted: false,
    isSettled,
    pausedBy: canary.pausedBy,
    steps: canary.steps,
    step: canary.step,
    weight: canary.weight,
    hasAnalysis: canary.hasAnalysis,
    analyses: canary.metrics.length === 0 ? [] : [analysisOf(canary, await notesOf(client, ref, canary, signal))],
  };
}

const notesMax = 5;
const eventsAsked = 200;

/**
 * What it noted last where a check failed, oldest first: its events are the only place in the cluster that has the numbers
 * (recordEventWarningf in pkg/controller/events.go). Without the right to read them there are none.
 */
async function notesOf(
  client: KubernetesClient,
  { namespace }: KubernetesTargetRef,
  { metadata, failedChecks, phaseWord }: FlaggerCanary,
  signal?: AbortSignal,
): Promise<{ at: string; value: string }[]> {
  if (failedChecks === 0 && phaseWord !== "Failed") return [];
  const query = { fieldSelector: `involvedObject.uid=${metadata.uid},type=Warning`, limit: eventsAsked };
  try {
    const answer = readList(await client.get(eventsPath(client.system, namespace), query, signal));
    const notes = (answer?.items ?? []).map(fields).map((event) => ({
      at: text(event.lastTimestamp) ?? text(event.eventTime) ?? "",
      value: clusterWords(text(event.message) ?? ""),
    }));
    return notes.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).slice(-notesMax);
  } catch (error) {
    if (error instanceof ExternalError && error.code === "forbidden") return [];
    throw error;
  }
}

/** Flagger keeps in its object how many checks failed, and no measurement. */
function analysisOf(
  { metadata, metrics, failedChecks, threshold, phaseWord }: FlaggerCanary,
  notes: { at: string; value: string }[],
): DelegatedAnalysis {
  const isOn = phaseWord === "Progressing" || phaseWord === "WaitingPromotion";
  const phase = phaseWord === "Failed" ? "failed" : isOn ? "running" : phaseWord === "Succeeded" ? "passed" : "pending";
  const message = `${failedChecks} of ${threshold} failed checks; Flagger keeps no measurements in its Canary`;
  const metric = (name: string, its: AnalysisPhase, values: DelegatedMetric["values"]): DelegatedMetric => ({
    ...{ name: clusterWords(name), phase: its, message: "", dryRun: false, values },
  });
  // Which of several failed is in what it noted alone.
  const each = phase === "failed" && metrics.length > 1 ? "unknown" : phase;
  const asked = metrics.map(({ name, range }) => metric(range === "" ? name : `${name}, ${range}`, each, []));
  const noted = notes.map((note) => ({ ...note, phase: "failed" as const }));
  return {
    name: metadata.name,
    phase,
    message,
    metrics: noted.length === 0 ? asked : [...asked, metric("what it noted", phase, noted)],
    isUnkept: true,
  };
}

/**
 * The patch that the command asks for, undefined where it is so. Flagger has no abort in its object (only a webhook of
 * type rollback): the earlier digest, with its analysis skipped, is what takes the traffic away.
 */
function patchFor(command: DelegatedCommand, canary: FlaggerCanary, promotion: string): PatchOperation[] | undefined {
  const set = (path: string, value: boolean): PatchOperation => ({ op: "add", path: `/spec/${path}`, value });
  const isOurs = canary.metadata.annotations[skippedFor] !== undefined;
  switch (command) {
    case "pause":
      return canary.isSuspended ? undefined : [set("suspend", true)];
    case "resume":
      return canary.isSuspended ? [set("suspend", false)] : undefined;
    case "promoteFully": {
      if (canary.skipsAnalysis && !canary.isSuspended) return undefined;
      const skip = canary.skipsAnalysis
        ? []
        : [...annotate(canary.metadata, { [skippedFor]: promotion }), set("skipAnalysis", true)];
      return [...skip, ...(canary.isSuspended ? [set("suspend", false)] : [])];
    }
    case "tidyUp":
      if (!isOurs) return undefined;
      return [
        { op: "remove", path: `/metadata/annotations/${skippedFor.replace("/", "~1")}` },
        set("skipAnalysis", false),
      ];
    case "goPast":
    case "skipAnalysis":
    case "abort":
      return undefined;
    default:
      return command satisfies never;
  }
}

async function tell(
  { client }: Calls,
  ref: KubernetesTargetRef,
  { command, digest, by }: Parameters<DelegatedTarget["tell"]>[1],
  signal?: AbortSignal,
): Promise<DelegatedOutcome> {
  const { system } = client;
  const [canary, target] = await Promise.all([readCanary(client, ref, signal), readDeployment(client, ref, signal)]);
  const drift = checkOrder(system, ref, target, { digest, by });
  if (drift) return drift;
  const patch = patchFor(command, canary, by.promotion);
  if (!patch) return { kind: "done", written: false };
  const { name, resourceVersion } = canary.metadata;
  const fence: PatchOperation = { op: "replace", path: "/metadata/resourceVersion", value: resourceVersion };
  await client.patchJson(canaryPath(system, ref.namespace, name), [fence, ...patch], signal);
  return { kind: "done", written: true };
}

/** Deployments of one cluster that Flagger owns, with the rights of deploy/rbac.yaml. */
export function flaggerTarget(calls: Calls): DelegatedTarget {
  return {
    look: (ref, signal) => look(calls, ref, signal),
    tell: (ref, order, signal) => tell(calls, ref, order, signal),
  };
}
