import type { IncomingMessage, ServerResponse } from "node:http";
import type { ObjectStore, StoreEvent } from "./object-store";
import { apiVersionOf, type KubeObject, type Resource } from "./objects";
import type { Selector } from "./selectors";
import { badRequest, expired } from "./status-error";

export interface WatchScope {
  resource: Resource;
  namespace?: string;
  matches: Selector;
}

/**
 * Streams changes as JSON lines: from a resourceVersion, or what exists and then the changes. A resourceVersion older
 * than the history ends it with an ERROR event of code 410, as kube-apiserver does.
 */
export function watch(
  store: ObjectStore,
  scope: WatchScope,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  bookmarkMs: number,
): void {
  const { resource, matches } = scope;
  const from = url.searchParams.get("resourceVersion") ?? "";
  if (!/^\d*$/.test(from)) throw badRequest(`resourceVersion: Invalid value: "${from}": not a number`);
  const seconds = Number(url.searchParams.get("timeoutSeconds") ?? 1800);
  const send = (type: string, object: unknown) => response.write(`${JSON.stringify({ type, object })}\n`);
  const concerns = (event: StoreEvent) =>
    event.resource === resource &&
    (scope.namespace === undefined || event.object.metadata.namespace === scope.namespace);
  const forward = (event: StoreEvent) => {
    if (!concerns(event)) return;
    const type = transition(event, matches);
    if (type !== undefined) send(type, event.object);
  };
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" });
  response.flushHeaders();
  if (from === "" || from === "0") {
    for (const object of store.list(resource, scope.namespace)) if (matches(object)) send("ADDED", object);
  } else {
    const missed = store.since(Number(from));
    if (missed === undefined) {
      send("ERROR", expired(Number(from), store.oldest));
      return void response.end();
    }
    for (const event of missed) forward(event);
  }
  const stop = store.onEvent(forward);
  const bookmarks = url.searchParams.get("allowWatchBookmarks") === "true";
  const bookmark = bookmarks
    ? setInterval(() => send("BOOKMARK", bookmarkOf(resource, store.revision)), bookmarkMs)
    : undefined;
  const timeout = setTimeout(() => response.end(), seconds * 1000);
  request.on("close", finish);
  response.on("close", finish);
  function finish(): void {
    stop();
    clearInterval(bookmark);
    clearTimeout(timeout);
  }
}

function bookmarkOf(resource: Resource, revision: number): unknown {
  const metadata = { resourceVersion: String(revision), creationTimestamp: null };
  return { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata };
}

/** A selector sees an object enter and leave, also when only its labels changed. */
function transition(event: StoreEvent, matches: Selector): StoreEvent["type"] | undefined {
  const is = matches(event.object);
  const was = event.previous !== undefined && matches(event.previous as KubeObject);
  if (event.type === "DELETED") return was ? "DELETED" : undefined;
  if (is) return was ? "MODIFIED" : "ADDED";
  return was ? "DELETED" : undefined;
}
