import { canaryRef, newCanary, renewCanary, scaleCanary } from "@/lib/adapters/kubernetes/canary/canary-workload";
import { canaryLabels } from "@/lib/adapters/kubernetes/canary/labels";
import {
  declared,
  isOurs,
  podHashOf,
  type ReadWorkload,
  type RouterRoute,
  readCanary,
  readDeployment,
  readRoute,
  readRouteObject,
  readSelector,
  replicasSet,
  routePath,
} from "@/lib/adapters/kubernetes/canary/read-canary";
import { type ReadRoute, weightOf, weightPatch } from "@/lib/adapters/kubernetes/canary/weights";
import type { KubernetesClient, PatchOperation } from "@/lib/adapters/kubernetes/client";
import { badResponse, misconfigured } from "@/lib/adapters/kubernetes/errors";
import { fields, metadataOf, texts } from "@/lib/adapters/kubernetes/objects";
import { listPath, workloadPath } from "@/lib/adapters/kubernetes/paths";
import { checkChange, generationAnnotation, workloadName } from "@/lib/adapters/kubernetes/plan";
import { percentWords, podsForWeight, shareOfPods, shareWords } from "@/lib/pipeline/rollout/canary-pods";
import { type CanaryRoute, routeWords } from "@/lib/pipeline/rollout/canary-route";
import type { CanaryOutcome, CanaryStanding, CanaryTarget, OrderedBy } from "@/lib/ports/canary-target";
import type { KubernetesTargetRef, TargetObservation } from "@/lib/ports/deploy-target";
import { ExternalError } from "@/lib/ports/external-error";

interface Calls {
  client: KubernetesClient;
  now: () => Date;
  observe(ref: KubernetesTargetRef, signal?: AbortSignal): Promise<TargetObservation>;
}

const asJson = JSON.stringify;

function behind(system: string, what: string, wanted: number, carried: number): ExternalError {
  const message = `${what}: generation ${wanted} is behind ${carried}, which it carries`;
  return new ExternalError({ system, code: "conflict", message, retryable: false });
}

/** The stable workload and the labels that a canary beside it gets; throws with everything that is missing. */
async function readGround(
  client: KubernetesClient,
  ref: KubernetesTargetRef,
  route: CanaryRoute,
  signal?: AbortSignal,
) {
  const { system } = client;
  const router = route.kind === "replicas" ? undefined : route;
  const [stable, canary, read, ...selectors] = await Promise.all([
    readDeployment(client, ref, signal),
    readCanary(client, ref, signal),
    router && readRoute(client, ref.namespace, router, signal),
    router && readSelector(client, ref.namespace, router.stableService, signal),
    router && readSelector(client, ref.namespace, router.canaryService, signal),
  ]);
  const what = workloadName(ref);
  if (!stable) throw misconfigured(system, `${what} does not exist`);
  const container = stable.slim.containers.some(({ name }) => name === ref.container);
  const problems = [...(read?.problems ?? []), ...(container ? [] : [`${what} has no container "${ref.container}"`])];
  const [ofStable, ofCanary] = selectors;
  if (router && !ofStable) problems.push(`there is no Service ${ref.namespace}/${router.stableService}`);
  if (router && !ofCanary) problems.push(`there is no Service ${ref.namespace}/${router.canaryService}`);
  const services =
    router && ofStable && ofCanary
      ? {
          stable: { name: router.stableService, selector: ofStable },
          canary: { name: router.canaryService, selector: ofCanary },
        }
      : undefined;
  const template = texts(fields(fields(fields(fields(stable.raw).spec).template).metadata).labels);
  const labels = canaryLabels(what, { template, selector: stable.slim.selector }, services);
  if (labels.kind === "missing") problems.push(...labels.problems);
  if (problems.length > 0 || labels.kind === "missing")
    throw misconfigured(system, `a canary of ${what} is not possible: ${problems.join("; ")}`);
  return { stable, canary, read, labels };
}

function weightNow(stable: number, canary: number, read: ReadRoute | undefined) {
  if (read) return weightOf(read);
  return { weight: shareOfPods(stable, canary), words: shareWords(stable, canary) };
}

async function look(
  { client, now }: Calls,
  ref: KubernetesTargetRef,
  route: CanaryRoute,
  signal?: AbortSignal,
): Promise<CanaryStanding> {
  const at = now().toISOString();
  const { stable, canary, read } = await readGround(client, ref, route, signal);
  const [stableHash, canaryHash] = await Promise.all([
    podHashOf(client, stable.slim, signal),
    canary && podHashOf(client, canary.slim, signal),
  ]);
  const { weight, words } = weightNow(stable.slim.replicas, canary?.slim.replicas ?? 0, read);
  return {
    at,
    stable: declared(client.system, ref, stable.slim, stableHash),
    canary: declared(client.system, ref, canary?.slim, canaryHash),
    weight,
    weightWords: words,
  };
}

async function patchCanary(
  client: KubernetesClient,
  ref: KubernetesTargetRef,
  operations: PatchOperation[],
  signal?: AbortSignal,
): Promise<CanaryOutcome> {
  const path = workloadPath(client.system, canaryRef(ref));
  return done(client.system, await client.patchJson(path, operations, signal));
}

function done(system: string, answer: unknown): CanaryOutcome {
  const { resourceVersion } = metadataOf(fields(answer));
  if (resourceVersion === "") throw badResponse(system, "the answer to the write is not the object");
  return { kind: "done", written: true, resourceVersion };
}

const already = (resourceVersion: string): CanaryOutcome => ({ kind: "done", written: false, resourceVersion });

/** What speaks against changing the canary that stands there on behalf of `by`, before anything else is looked at. */
function stranger(
  system: string,
  ref: KubernetesTargetRef,
  { slim }: ReadWorkload,
  by: OrderedBy,
): CanaryOutcome | undefined {
  const what = workloadName(canaryRef(ref));
  if (!isOurs(ref, slim))
    return { kind: "drift", found: `${what}, which Waybill did not make`, expected: "none, or Waybill's own" };
  const { generation, promotion, replicas } = declared(system, ref, slim, undefined);
  if (generation > by.generation) throw behind(system, what, by.generation, generation);
  const set = replicasSet(slim);
  if (set !== replicas)
    return {
      kind: "drift",
      found: `${what} scaled to ${replicas} pods`,
      expected: `${set ?? "no known number of"} pods`,
    };
  if (promotion !== by.promotion && replicas > 0)
    return { kind: "drift", found: `${what} with ${replicas} pods of ${promotion ?? "nobody"}`, expected: "no pods" };
  return undefined;
}

async function start(
  { client }: Calls,
  ref: KubernetesTargetRef,
  { route, change, replicas }: Parameters<CanaryTarget["start"]>[1],
  signal?: AbortSignal,
): Promise<CanaryOutcome> {
  const { system } = client;
  checkChange(system, ref, change);
  const { stable, canary, labels } = await readGround(client, ref, route, signal);
  const wish = { change, labels: labels.labels, selector: labels.selector, replicas };
  if (!canary)
    return done(
      system,
      await client.create(listPath(system, "deployments", ref.namespace), newCanary(stable.raw, ref, wish), signal),
    );
  const strange = stranger(system, ref, canary, change);
  if (strange) return strange;
  const { promotion, digest, replicas: now } = declared(system, ref, canary.slim, undefined);
  const what = workloadName(canaryRef(ref));
  if (promotion === change.promotion && now > 0) {
    if (digest !== change.digest)
      return { kind: "drift", found: `${what} on ${digest ?? "no digest"}`, expected: change.digest };
    if (now === replicas) return already(canary.slim.metadata.resourceVersion);
  }
  const selector = texts(fields(fields(fields(canary.raw).spec).selector).matchLabels);
  if (Object.keys({ ...selector, ...wish.selector }).some((key) => selector[key] !== wish.selector[key]))
    throw misconfigured(
      system,
      `${what} is an empty one of before whose selector does not fit any more (${asJson(selector)}, wanted ${asJson(wish.selector)}): delete it`,
    );
  return patchCanary(client, ref, renewCanary(stable.raw, ref, canary.slim.metadata, wish), signal);
}

async function weighPods(
  { client }: Calls,
  ref: KubernetesTargetRef,
  { weight, by }: { weight: number; by: OrderedBy },
  signal?: AbortSignal,
): Promise<CanaryOutcome> {
  const { system } = client;
  const [stable, canary] = await Promise.all([readDeployment(client, ref, signal), readCanary(client, ref, signal)]);
  if (!stable) throw misconfigured(system, `${workloadName(ref)} does not exist`);
  if (!canary)
    return weight === 0
      ? already("")
      : { kind: "drift", found: `no ${workloadName(canaryRef(ref))}`, expected: "the canary" };
  const strange = stranger(system, ref, canary, by);
  if (strange) return strange;
  const replicas = weight === 0 ? 0 : podsForWeight(stable.slim.replicas, weight);
  if (canary.slim.replicas === replicas) return already(canary.slim.metadata.resourceVersion);
  return patchCanary(client, ref, scaleCanary(canary.slim.metadata, replicas, by), signal);
}

async function weighRoute(
  { client }: Calls,
  ref: KubernetesTargetRef,
  route: RouterRoute,
  { weight, expected, by }: { weight: number; expected: readonly number[]; by: OrderedBy },
  signal?: AbortSignal,
): Promise<CanaryOutcome> {
  const { system } = client;
  const read = await readRoute(client, ref.namespace, route, signal);
  const what = routeWords({ ...route, name: `${ref.namespace}/${route.name}` });
  if (read.problems.length > 0)
    return { kind: "drift", found: read.problems.join("; "), expected: `${what} with both Services` };
  const { annotations, resourceVersion } = read.metadata;
  const carried = Number(annotations[generationAnnotation] ?? 0);
  if (carried > by.generation) throw behind(system, what, by.generation, carried);
  const now = weightOf(read);
  if (now.weight === weight) return already(resourceVersion);
  if (now.weight === undefined || !expected.includes(now.weight))
    return {
      kind: "drift",
      found: `${what}: canary ${now.words}`,
      expected: `canary ${expected.map(percentWords).join(" or ")}`,
    };
  const answer = await client.patchJson(routePath(system, ref.namespace, route), weightPatch(read, weight, by), signal);
  const taken = weightOf(readRouteObject(answer, route));
  if (taken.weight !== weight)
    throw badResponse(system, `${what}: the cluster took ${taken.words} for the canary instead of ${weight} %`);
  return done(system, answer);
}

async function remove(
  { client }: Calls,
  ref: KubernetesTargetRef,
  { digest, by }: Parameters<CanaryTarget["remove"]>[1],
  signal?: AbortSignal,
): Promise<CanaryOutcome> {
  const canary = await readCanary(client, ref, signal);
  if (!canary) return already("");
  const { slim } = canary;
  const strange = stranger(client.system, ref, canary, by);
  if (strange) return strange;
  const stands = declared(client.system, ref, slim, undefined);
  if (stands.replicas === 0) return already(slim.metadata.resourceVersion);
  if (stands.digest !== digest) {
    const found = `${workloadName(canaryRef(ref))} on ${stands.digest ?? "no digest"}`;
    return { kind: "drift", found, expected: digest };
  }
  return patchCanary(client, ref, scaleCanary(slim.metadata, 0, by), signal);
}

/** Canaries on one cluster, with the rights of deploy/rbac.yaml. */
export function createCanaryTarget(calls: Calls): CanaryTarget {
  return {
    look: (ref, route, signal) => look(calls, ref, route, signal),
    start: (ref, order, signal) => start(calls, ref, order, signal),
    observeCanary: (ref, signal) => calls.observe(canaryRef(ref), signal),
    setWeight: (ref, { route, ...order }, signal) =>
      route.kind === "replicas" ? weighPods(calls, ref, order, signal) : weighRoute(calls, ref, route, order, signal),
    remove: (ref, order, signal) => remove(calls, ref, order, signal),
  };
}
