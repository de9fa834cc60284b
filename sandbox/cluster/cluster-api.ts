import { randomBytes } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { BodyTooLarge, readBody, sendJson, sendText } from "../http-server";
import { authenticate, authorize, type Verb } from "./access";
import { admit, parseBody } from "./admission";
import type { ImagePuller } from "./image-puller";
import type { ObjectStore } from "./object-store";
import {
  apiVersionOf,
  isCustom,
  isObject,
  type JsonObject,
  type KubeObject,
  type Pod,
  type Resource,
  resources,
  timestamp,
} from "./objects";
import { applyPatch } from "./patch";
import { podLog } from "./pod-log";
import { fieldSelector, labelSelector, type Selector } from "./selectors";
import { badRequest, methodNotAllowed, noSuchPath, notFound, StatusError, unknownFormat } from "./status-error";
import { watch } from "./watch";

export interface ClusterApiOptions {
  tokens: { admin: string; waybill: string };
  /** What containers print is told by their images. */
  images: Pick<ImagePuller, "peek">;
  /** Milliseconds between two bookmarks of a watch that wants them. */
  bookmarkMs: number;
}

interface Target {
  resource: Resource;
  namespace?: string;
  name?: string;
  subresource?: string;
}

/** A namespace with this label `"true"` has no RoleBinding for the `waybill` token. */
const closedLabel = "sandbox.closed";
const bodyLimitBytes = 3 * 1024 * 1024;
const version = { major: "1", minor: "20", gitVersion: "v1.20.2-waybill-sandbox", platform: "waybill/sandbox" };

/** The part of the Kubernetes API that Waybill and its tests use, in the forms of kube-apiserver 1.20. */
export function createClusterApi(store: ObjectStore, options: ClusterApiOptions): RequestListener {
  const isOpen = (name: string) => {
    const namespace = store.get(resources.namespaces, undefined, name);
    return namespace !== undefined && namespace.metadata.labels?.[closedLabel] !== "true";
  };
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://cluster");
    if (url.pathname === "/version") return sendJson(response, 200, version);
    if (["/healthz", "/livez", "/readyz"].includes(url.pathname)) return sendText(response, 200, "ok");
    const user = authenticate(request.headers.authorization, options.tokens);
    const discovery = user === "system:anonymous" ? undefined : discover(url.pathname);
    if (discovery !== undefined) return sendJson(response, 200, discovery);
    const target = parsePath(url.pathname);
    const verb = verbOf(request, url, target);
    authorize(user, verb, target, isOpen);
    if (verb === "watch") {
      const scope = { resource: target.resource, namespace: target.namespace, matches: selectorOf(url, target) };
      return watch(store, scope, request, response, url, options.bookmarkMs);
    }
    if (target.subresource === "log")
      return sendText(response, 200, podLog(podOf(store, target), options.images, url.searchParams));
    const { status, body } = await act(store, verb, target, request, url);
    sendJson(response, status, body);
  }
  return (request, response) => {
    answer(request, response).catch((error: unknown) => fail(request, response, error));
  };
}

function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  request.resume();
  if (response.headersSent) return void response.destroy();
  const status =
    error instanceof StatusError
      ? error
      : error instanceof BodyTooLarge
        ? new StatusError(413, "RequestEntityTooLarge", error.message)
        : new StatusError(500, "InternalError", "Internal error occurred in the sandbox");
  sendJson(response, status.code, status.toJSON());
}

function discover(path: string): unknown {
  if (path === "/api") return { kind: "APIVersions", versions: ["v1"] };
  const named = [...new Set(Object.values(resources).map((one) => one.group))].filter((group) => group !== "");
  const groups = named.map((name) => {
    const { version: own = "v1" } = Object.values(resources).find((one) => one.group === name) ?? {};
    const version = { groupVersion: `${name}/${own}`, version: own };
    return { name, versions: [version], preferredVersion: version };
  });
  if (path === "/apis") return { kind: "APIGroupList", apiVersion: "v1", groups };
  const served = ["/api/v1", ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
  if (!served.includes(path)) return undefined;
  const groupVersion = path.replace(/^\/apis?\//, "");
  const verbs = ["create", "delete", "get", "list", "patch", "update", "watch"];
  const kinds = Object.values(resources).filter((resource) => apiVersionOf(resource) === groupVersion);
  const list = kinds.map(({ plural: name, namespaced, kind }) => ({
    name,
    singularName: "",
    namespaced,
    kind,
    verbs,
  }));
  return {
    kind: "APIResourceList",
    groupVersion: path.slice(path.lastIndexOf("/", path.lastIndexOf("/") - 1) + 1).replace(/^api\//, ""),
    resources: list,
  };
}

function parsePath(path: string): Target {
  const [, prefix, rest = ""] =
    /^\/(api\/v1|apis\/[a-z0-9.]+\/v1(?:alpha1|beta1)?)\/(.+)$/.exec(decodeURIComponent(path)) ?? [];
  if (prefix === undefined) throw noSuchPath();
  const parts = rest.split("/");
  const scoped = parts[0] === "namespaces" && parts.length > 2 && parts[2] !== "status";
  const [plural = "", name, subresource, ...more] = scoped ? parts.slice(2) : parts;
  const resource: Resource | undefined = (resources as Record<string, Resource>)[plural];
  const group = prefix.split("/").slice(1, -1).join("");
  if (resource === undefined || resource.group !== group || !prefix.endsWith(`/${resource.version}`) || more.length > 0)
    throw noSuchPath();
  if (scoped !== resource.namespaced && name !== undefined) throw noSuchPath();
  const served = (subresource === "status" && resource.status) || (subresource === "log" && resource.kind === "Pod");
  if (subresource !== undefined && !served) throw noSuchPath();
  return { resource, namespace: scoped ? parts[1] : undefined, name, subresource };
}

function podOf(store: ObjectStore, { resource, namespace, name = "" }: Target): Pod {
  const pod = store.get<Pod>(resource, namespace, name);
  if (pod === undefined) throw notFound(resource, name);
  return pod;
}

function verbOf(request: IncomingMessage, url: URL, target: Target): Verb {
  const named = target.name !== undefined;
  if (target.subresource === "log" && request.method !== "GET") throw methodNotAllowed();
  const watching = url.searchParams.get("watch");
  switch (request.method) {
    case "GET":
      if (!named && (watching === "true" || watching === "1")) return "watch";
      return named ? "get" : "list";
    case "POST":
      if (!named && (target.namespace !== undefined || !target.resource.namespaced)) return "create";
      break;
    case "PUT":
      if (named) return "update";
      break;
    case "PATCH":
      if (named) return "patch";
      break;
    case "DELETE":
      if (target.subresource === undefined) return named ? "delete" : "deletecollection";
  }
  throw methodNotAllowed();
}

function selectorOf(url: URL, target: Target): Selector {
  const byLabel = labelSelector(url.searchParams.get("labelSelector") ?? "");
  const byField = fieldSelector(url.searchParams.get("fieldSelector") ?? "", target.resource);
  return (object) => byLabel(object) && byField(object);
}

async function act(
  store: ObjectStore,
  verb: Exclude<Verb, "watch">,
  target: Target,
  request: IncomingMessage,
  url: URL,
): Promise<{ status: number; body: unknown }> {
  if (verb === "list") return { status: 200, body: list(store, target, url) };
  if (verb === "deletecollection") return { status: 200, body: removeAll(store, target, url) };
  const bytes = verb === "get" || verb === "delete" ? Buffer.alloc(0) : await readBody(request, bodyLimitBytes);
  const dryRun = url.searchParams.get("dryRun") === "All";
  if (verb === "create") return { status: 201, body: create(store, target, asObject(parseBody(bytes)), dryRun) };
  const name = target.name ?? "";
  const current = store.get(target.resource, target.namespace, name);
  if (current === undefined) throw notFound(target.resource, name);
  if (verb === "get") return { status: 200, body: current };
  if (verb === "delete") return { status: 200, body: dryRun ? current : remove(store, target.resource, current) };
  const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
  if (isCustom(target.resource) && type === "application/strategic-merge-patch+json") throw unknownFormat();
  const before = current as unknown as JsonObject;
  const sent = verb === "patch" ? applyPatch(before, parseBody(bytes), type) : asObject(parseBody(bytes));
  return { status: 200, body: update(store, target, current, sent, dryRun) };
}

function asObject(value: unknown): JsonObject {
  if (!isObject(value)) throw badRequest("the body is not an object");
  return value;
}

function list(store: ObjectStore, target: Target, url: URL): unknown {
  const path = ({ metadata }: KubeObject) => `${metadata.namespace ?? ""}/${metadata.name}`;
  const found = store.list(target.resource, target.namespace).filter(selectorOf(url, target));
  const all = found.sort((a, b) => (path(a) < path(b) ? -1 : 1));
  const limit = Number(url.searchParams.get("limit") ?? 0);
  const start = Number(Buffer.from(url.searchParams.get("continue") ?? "", "base64url").toString() || 0);
  const page = limit > 0 ? all.slice(start, start + limit) : all.slice(start);
  const left = all.length - start - page.length;
  const more =
    left > 0
      ? { continue: Buffer.from(String(start + page.length)).toString("base64url"), remainingItemCount: left }
      : {};
  const items = page.map(({ kind: _kind, apiVersion: _apiVersion, ...rest }) => rest);
  const metadata = { resourceVersion: String(store.revision), ...more };
  return { kind: `${target.resource.kind}List`, apiVersion: apiVersionOf(target.resource), metadata, items };
}

function create(store: ObjectStore, { resource, namespace }: Target, body: JsonObject, dryRun: boolean): KubeObject {
  if (namespace !== undefined && store.get(resources.namespaces, undefined, namespace) === undefined) {
    throw notFound(resources.namespaces, namespace);
  }
  const metadata: JsonObject = isObject(body.metadata) ? { ...body.metadata } : {};
  if (metadata.namespace !== undefined && metadata.namespace !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  if (namespace !== undefined) metadata.namespace = namespace;
  if (metadata.name === undefined && typeof metadata.generateName === "string") {
    metadata.name = `${metadata.generateName}${randomBytes(3).toString("hex").slice(0, 5)}`;
  }
  const draft = admit(resource, { ...body, metadata }, undefined);
  const isControlled = resource.group === "apps" || resource.group === "batch";
  const kept = isControlled ? { ...draft, status: {} } : draft;
  return dryRun
    ? kept
    : store.create(resource, resource.kind === "Pod" ? { ...draft, status: { phase: "Pending" } } : kept);
}

function update(
  store: ObjectStore,
  target: Target,
  current: KubeObject,
  sent: JsonObject,
  dryRun: boolean,
): KubeObject {
  const { resource, namespace } = target;
  const metadata: JsonObject = isObject(sent.metadata) ? { ...sent.metadata } : {};
  if (metadata.name !== target.name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${target.name})`);
  }
  if ((metadata.namespace ?? namespace) !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  metadata.resourceVersion ??= current.metadata.resourceVersion;
  if (namespace !== undefined) metadata.namespace = namespace;
  const next =
    target.subresource === "status"
      ? {
          ...current,
          metadata: { ...current.metadata, resourceVersion: String(metadata.resourceVersion) },
          status: sent.status,
        }
      : { ...admit(resource, { ...sent, metadata }, current), ...(resource.status ? { status: current.status } : {}) };
  return dryRun ? next : store.replace(resource, next);
}

function removeAll(store: ObjectStore, target: Target, url: URL): unknown {
  const removed = list(store, target, url);
  const objects = store.list(target.resource, target.namespace).filter(selectorOf(url, target));
  for (const object of objects) remove(store, target.resource, object);
  return removed;
}

/** A pod on a node is only marked: its kubelet removes it when it has ended. Everything else goes at once. */
function remove(store: ObjectStore, resource: Resource, current: KubeObject): unknown {
  if (resource.kind === "Pod" && (current as Pod).spec.nodeName !== undefined) {
    const marked = { ...current.metadata, deletionTimestamp: current.metadata.deletionTimestamp ?? timestamp() };
    return store.replace(resource, { ...current, metadata: marked });
  }
  store.remove(resource, current);
  const details = {
    name: current.metadata.name,
    group: resource.group || undefined,
    kind: resource.plural,
    uid: current.metadata.uid,
  };
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details };
}
