import { isObject, type Json, type JsonObject, sameJson } from "./objects";
import { rejectedPatch, StatusError } from "./status-error";

/** Lists that a strategic merge joins by a key instead of replacing (the patchMergeKey of the API's types). */
const mergeKeys: Record<string, string> = {
  containers: "name",
  initContainers: "name",
  env: "name",
  volumes: "name",
  volumeMounts: "mountPath",
  imagePullSecrets: "name",
  hostAliases: "ip",
  conditions: "type",
  ownerReferences: "uid",
};

/** Applies a patch of one of the three types that name themselves by `contentType`; the target stays as it is. */
export function applyPatch(target: JsonObject, patch: unknown, contentType: string): JsonObject {
  switch (contentType) {
    case "application/merge-patch+json":
      return asObject(mergePatch(target, patch as Json));
    case "application/strategic-merge-patch+json":
      if (!isObject(patch)) throw rejectedPatch();
      return strategicMerge(target, patch);
    case "application/json-patch+json":
      return asObject(jsonPatch(target, patch));
    default:
      throw new StatusError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {});
  }
}

function asObject(value: Json): JsonObject {
  if (!isObject(value)) throw rejectedPatch();
  return value;
}

/** RFC 7386. */
function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

/** Kubernetes' own: as a merge patch, but the lists above join by key, and `$` directives delete, replace or retain. */
function strategicMerge(target: JsonObject, patch: JsonObject): JsonObject {
  if (patch.$patch === "replace") return without(patch, "$patch");
  const keep = Array.isArray(patch.$retainKeys) ? patch.$retainKeys : undefined;
  const result: JsonObject = keep
    ? Object.fromEntries(Object.entries(target).filter(([key]) => keep.includes(key)))
    : { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith("$")) continue;
    const old = result[key];
    const mergeKey = mergeKeyOf(key, value);
    if (value === null || (isObject(value) && value.$patch === "delete")) delete result[key];
    else if (mergeKey !== undefined && Array.isArray(value))
      result[key] = mergeList(Array.isArray(old) ? old : [], value, mergeKey);
    else result[key] = isObject(value) ? strategicMerge(isObject(old) ? old : {}, value) : value;
  }
  return result;
}

function mergeKeyOf(key: string, value: Json | undefined): string | undefined {
  if (key !== "ports") return mergeKeys[key];
  const inContainer = Array.isArray(value) && value.some((port) => isObject(port) && port.containerPort !== undefined);
  return inContainer ? "containerPort" : "port";
}

function mergeList(old: Json[], patch: Json[], mergeKey: string): Json[] {
  if (patch.some((item) => isObject(item) && item.$patch === "replace")) {
    return patch.filter((item) => !(isObject(item) && item.$patch === "replace"));
  }
  const result = [...old];
  for (const item of patch) {
    if (!isObject(item) || item[mergeKey] === undefined) throw missingKey(mergeKey);
    const place = result.findIndex((one) => isObject(one) && one[mergeKey] === item[mergeKey]);
    const before = result[place];
    if (item.$patch === "delete") {
      if (place >= 0) result.splice(place, 1);
    } else if (isObject(before)) result[place] = strategicMerge(before, item);
    else result.push(strategicMerge({}, item));
  }
  return result;
}

function missingKey(mergeKey: string): StatusError {
  return new StatusError(500, undefined, `map: map[] does not contain declared merge key: ${mergeKey}`);
}

function without(object: JsonObject, key: string): JsonObject {
  const { [key]: _, ...rest } = object;
  return rest;
}

/** RFC 6902. */
function jsonPatch(target: JsonObject, operations: unknown): Json {
  if (!Array.isArray(operations)) throw rejectedPatch();
  let root: Json = structuredClone(target);
  for (const operation of operations as unknown[]) {
    if (!isObject(operation) || typeof operation.path !== "string") throw rejectedPatch();
    const from = typeof operation.from === "string" ? operation.from : undefined;
    const moved = from === undefined ? operation.value : structuredClone(readPointer(root, from));
    switch (operation.op) {
      case "test":
        if (!sameJson(readPointer(root, operation.path), operation.value)) throw rejectedPatch();
        break;
      case "move":
        root = writePointer(root, from ?? "", undefined, "remove");
        root = writePointer(root, operation.path, moved, "add");
        break;
      case "add":
      case "copy":
        root = writePointer(root, operation.path, moved, "add");
        break;
      case "replace":
      case "remove":
        readPointer(root, operation.path);
        root = writePointer(root, operation.path, operation.value, operation.op);
        break;
      default:
        throw rejectedPatch();
    }
  }
  return root;
}

function pointerKeys(path: string): string[] {
  if (path !== "" && !path.startsWith("/")) throw rejectedPatch();
  return path === ""
    ? []
    : path
        .slice(1)
        .split("/")
        .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function readPointer(root: Json, path: string): Json {
  let value: Json | undefined = root;
  for (const key of pointerKeys(path)) {
    value = Array.isArray(value)
      ? value[Number(key)]
      : isObject(value) && Object.hasOwn(value, key)
        ? value[key]
        : undefined;
  }
  if (value === undefined) throw rejectedPatch();
  return value;
}

function writePointer(root: Json, path: string, value: Json | undefined, how: "add" | "replace" | "remove"): Json {
  const keys = pointerKeys(path);
  const last = keys.pop();
  if (how !== "remove" && value === undefined) throw rejectedPatch();
  if (last === undefined) return value ?? {};
  const parent = readPointer(root, keys.length === 0 ? "" : path.slice(0, path.lastIndexOf("/")));
  if (Array.isArray(parent)) {
    const place = last === "-" ? parent.length : Number(last);
    if (!Number.isInteger(place) || place < 0 || place > parent.length) throw rejectedPatch();
    if (how === "remove") parent.splice(place, 1);
    else parent.splice(place, how === "add" ? 0 : 1, value as Json);
  } else if (isObject(parent)) {
    if (how === "remove") delete parent[last];
    else parent[last] = value as Json;
  } else throw rejectedPatch();
  return root;
}
