import { createHash, randomUUID } from "node:crypto";
import {
  appendFileSync,
  createReadStream,
  createWriteStream,
  existsSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { BodyTooLarge, readBody, sendJson, sendText } from "../http-server";
import { digestForm, digestOf, type ImageStore, isRepository, isTag } from "./image-store";
import type { RegistryAuth } from "./registry-auth";

const indexTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];
const imageTypes = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];
const manifestLimitBytes = 4 * 1024 * 1024;

/** An answer of the distribution specification's error form. */
class RegistryError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly detail?: unknown,
  ) {
    super(message);
  }
}

interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  repository: string;
  rest: string;
}

/** The distribution specification's API (push, pull, list, delete by digest), as Debian's docker-registry answers. */
export function createRegistryApi(store: ImageStore, auth: RegistryAuth): RequestListener {
  const routes: [RegExp, (call: Call) => void | Promise<void>][] = [
    [/^\/v2\/(?<repository>.+)\/tags\/(?<rest>list)$/, (call) => listTags(store, call)],
    [/^\/v2\/(?<repository>.+)\/referrers\/(?<rest>[^/]+)$/, (call) => listReferrers(store, call)],
    [/^\/v2\/(?<repository>.+)\/manifests\/(?<rest>[^/]+)$/, (call) => manifest(store, call)],
    [/^\/v2\/(?<repository>.+)\/blobs\/uploads\/(?<rest>[0-9a-f-]*)$/, (call) => upload(store, call)],
    [/^\/v2\/(?<repository>.+)\/blobs\/(?<rest>[^/]+)$/, (call) => blob(store, call)],
  ];
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", `http://${request.headers.host ?? "127.0.0.1"}`);
    const action =
      request.method === "GET" || request.method === "HEAD" ? "pull" : request.method === "DELETE" ? "delete" : "push";
    response.setHeader("docker-distribution-api-version", "registry/2.0");
    if (url.pathname === "/token") return auth.issue(request, response, url);
    if (url.pathname === "/v2/" || url.pathname === "/v2") {
      if (auth.admit(request, response, { action })) sendJson(response, 200, {});
      return;
    }
    if (url.pathname === "/v2/_catalog") {
      if (auth.admit(request, response, { action })) sendJson(response, 200, { repositories: store.repositories() });
      return;
    }
    for (const [pattern, handle] of routes) {
      const { repository, rest } = pattern.exec(decodeURI(url.pathname))?.groups ?? {};
      if (repository === undefined || rest === undefined || !isRepository(repository)) continue;
      if (!auth.admit(request, response, { repository, action })) return;
      return handle({ request, response, url, repository, rest });
    }
    sendText(response, 404, "404 page not found\n");
  }
  return (request, response) => {
    answer(request, response).catch((error: unknown) => fail(request, response, error));
  };
}

function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  request.resume();
  if (response.headersSent) return void response.destroy();
  const known =
    error instanceof RegistryError
      ? error
      : error instanceof BodyTooLarge
        ? new RegistryError(413, "SIZE_INVALID", error.message)
        : new RegistryError(500, "UNKNOWN", "unknown error");
  sendJson(response, known.status, { errors: [{ code: known.code, message: known.message, detail: known.detail }] });
}

function notAllowed(call: Call, allow: string): void {
  call.response.setHeader("allow", allow);
  sendText(call.response, 405, "Method not allowed\n");
}

function listTags(store: ImageStore, call: Call): void {
  if (call.request.method !== "GET") {
    notAllowed(call, "GET");
    return;
  }
  const all = store.tags(call.repository);
  if (all === undefined) {
    throw new RegistryError(404, "NAME_UNKNOWN", "repository name not known to registry", { name: call.repository });
  }
  const last = call.url.searchParams.get("last");
  const asked = call.url.searchParams.get("n");
  if (asked !== null && !/^[1-9]\d*$/.test(asked)) {
    throw new RegistryError(400, "PAGINATION_NUMBER_INVALID", "invalid number of results requested", { n: asked });
  }
  const rest = last === null ? all : all.filter((tag) => tag > last);
  const page = rest.slice(0, asked === null ? rest.length : Number(asked));
  const end = page.at(-1);
  const more = page.length < rest.length && end !== undefined;
  const next = `</v2/${call.repository}/tags/list?last=${encodeURIComponent(end ?? "")}&n=${asked}>; rel="next"`;
  sendJson(call.response, 200, { name: call.repository, tags: page }, more ? { link: next } : {});
}

/** The manifests whose `subject` is this digest, as an index: empty where there are none. */
function listReferrers(store: ImageStore, call: Call): void {
  const { request, repository, rest: digest, url } = call;
  if (request.method !== "GET") {
    notAllowed(call, "GET");
    return;
  }
  if (!digestForm.test(digest)) throw new RegistryError(400, "DIGEST_INVALID", "invalid digest", digest);
  const wanted = url.searchParams.get("artifactType");
  const manifests = store.manifests(repository).flatMap((one) => {
    const document = JSON.parse(one.bytes.toString("utf8")) as {
      subject?: { digest?: unknown };
      artifactType?: string;
      config?: { mediaType?: string };
      annotations?: Record<string, string>;
    };
    if (document.subject?.digest !== digest) return [];
    const artifactType = document.artifactType ?? document.config?.mediaType;
    if (wanted !== null && artifactType !== wanted) return [];
    const { mediaType, bytes } = one;
    return [{ mediaType, digest: one.digest, size: bytes.length, artifactType, annotations: document.annotations }];
  });
  sendJson(
    call.response,
    200,
    { schemaVersion: 2, mediaType: indexTypes[0], manifests },
    { "content-type": indexTypes[0] ?? "", ...(wanted === null ? {} : { "oci-filters-applied": "artifactType" }) },
  );
}

async function manifest(store: ImageStore, call: Call): Promise<void> {
  const { request, response, repository, rest: reference } = call;
  if (request.method === "PUT") return putManifest(store, call);
  if (request.method === "DELETE" && !digestForm.test(reference)) {
    throw new RegistryError(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
  }
  if (!["GET", "HEAD", "DELETE"].includes(request.method ?? "")) return notAllowed(call, "GET, HEAD, PUT, DELETE");
  const found = store.manifest(repository, reference);
  if (found === undefined) throw new RegistryError(404, "MANIFEST_UNKNOWN", "manifest unknown", { name: reference });
  if (request.method !== "DELETE" && !accepts(request, found.mediaType)) {
    const why = "OCI manifest found, but accept header does not support OCI manifests";
    throw new RegistryError(404, "MANIFEST_UNKNOWN", why);
  }
  if (request.method === "DELETE") {
    store.deleteManifest(repository, found.digest);
    response.writeHead(202, { "content-length": 0 });
    return void response.end();
  }
  response.writeHead(200, {
    "content-type": found.mediaType,
    "content-length": found.bytes.length,
    "docker-content-digest": found.digest,
    etag: `"${found.digest}"`,
  });
  response.end(request.method === "HEAD" ? undefined : found.bytes);
}

/** OCI types must be named, as docker-registry 2.8 demands: a wildcard or no Accept header hides the manifest. */
function accepts(request: IncomingMessage, mediaType: string): boolean {
  if (!mediaType.startsWith("application/vnd.oci.")) return true;
  const types = (request.headers.accept ?? "").split(",").map((part) => (part.split(";")[0] ?? "").trim());
  return types.includes(mediaType);
}

async function putManifest(store: ImageStore, call: Call): Promise<void> {
  const { request, response, repository, rest: reference } = call;
  const bytes = await readBody(request, manifestLimitBytes);
  const mediaType = (request.headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
  if (digestForm.test(reference) ? digestOf(bytes) !== reference : !isTag(reference)) {
    const code = digestForm.test(reference) ? "DIGEST_INVALID" : "TAG_INVALID";
    throw new RegistryError(
      400,
      code,
      code === "TAG_INVALID" ? "manifest tag did not match URI" : "provided digest did not match uploaded content",
    );
  }
  for (const { digest, manifest } of referencesOf(bytes, mediaType)) {
    const known = manifest ? store.manifest(repository, digest) : store.blobSize(repository, digest);
    if (known !== undefined) continue;
    const what = manifest ? "manifest" : "blob";
    throw new RegistryError(400, "MANIFEST_BLOB_UNKNOWN", `${what} unknown to registry`, digest);
  }
  const digest = store.putManifest(repository, mediaType, bytes, digestForm.test(reference) ? undefined : reference);
  response.writeHead(201, {
    "content-length": 0,
    "docker-content-digest": digest,
    location: `/v2/${repository}/manifests/${digest}`,
    ...subjectHeader(bytes),
  });
  response.end();
}

/** Says that this registry lists referrers, so that the client keeps no list of its own under a tag. */
function subjectHeader(bytes: Buffer): Record<string, string> {
  const { subject } = JSON.parse(bytes.toString("utf8")) as { subject?: { digest?: unknown } };
  return typeof subject?.digest === "string" ? { "oci-subject": subject.digest } : {};
}

/** Every digest that a manifest or index stands on; throws MANIFEST_INVALID for what is neither. */
function referencesOf(bytes: Buffer, mediaType: string): { digest: string; manifest: boolean }[] {
  const invalid = (why: string) => new RegistryError(400, "MANIFEST_INVALID", "manifest invalid", why);
  const isIndex = indexTypes.includes(mediaType);
  if (!isIndex && !imageTypes.includes(mediaType))
    throw invalid(`media type ${mediaType || "missing"} is not supported`);
  let document: {
    schemaVersion?: unknown;
    mediaType?: unknown;
    config?: unknown;
    layers?: unknown;
    manifests?: unknown;
  };
  try {
    document = JSON.parse(bytes.toString("utf8")) ?? {};
  } catch {
    throw invalid("not JSON");
  }
  if (document.schemaVersion !== 2) throw invalid("schemaVersion must be 2");
  if (document.mediaType !== undefined && document.mediaType !== mediaType)
    throw invalid("mediaType differs from Content-Type");
  const parts = isIndex
    ? document.manifests
    : [document.config, ...(Array.isArray(document.layers) ? document.layers : [undefined])];
  if (!Array.isArray(parts)) throw invalid("manifests must be a list");
  return parts.map((part: { digest?: unknown } | undefined | null) => {
    const digest = part?.digest;
    if (typeof digest !== "string" || !digestForm.test(digest)) throw invalid("a descriptor has no sha256 digest");
    return { digest, manifest: isIndex };
  });
}

async function blob(store: ImageStore, call: Call): Promise<void> {
  const { request, response, repository, rest: digest } = call;
  if (!["GET", "HEAD", "DELETE"].includes(request.method ?? "")) return notAllowed(call, "GET, HEAD, DELETE");
  const size = digestForm.test(digest) ? store.blobSize(repository, digest) : undefined;
  if (size === undefined) throw new RegistryError(404, "BLOB_UNKNOWN", "blob unknown to registry", digest);
  if (request.method === "DELETE") {
    store.unlinkBlob(repository, digest);
    response.writeHead(202, { "content-length": 0 });
    return void response.end();
  }
  const headers = {
    "content-type": "application/octet-stream",
    "content-length": size,
    "docker-content-digest": digest,
  };
  response.writeHead(200, headers);
  if (request.method === "HEAD") return void response.end();
  await pipeline(store.readBlob(digest), response);
}

async function upload(store: ImageStore, call: Call): Promise<void> {
  const { request, response, url, repository, rest: id } = call;
  if (request.method === "POST" && id === "") return startUpload(store, call);
  const path = join(store.uploads, id);
  if (id === "" || !existsSync(path)) {
    throw new RegistryError(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
  }
  if (request.method === "DELETE") {
    rmSync(path);
    response.writeHead(204);
    return void response.end();
  }
  if (request.method === "GET") return accepted(call, id, statSync(path).size, 204);
  if (request.method !== "PATCH" && request.method !== "PUT") return notAllowed(call, "GET, PATCH, PUT, DELETE");
  const start = /^(?:bytes )?(\d+)-/.exec(request.headers["content-range"] ?? "")?.[1];
  const size = statSync(path).size;
  if (start !== undefined && Number(start) !== size) {
    response.setHeader("range", `0-${Math.max(0, size - 1)}`);
    throw new RegistryError(416, "RANGE_INVALID", "invalid content range");
  }
  await pipeline(request, createWriteStream(path, { flags: "a" }));
  if (request.method === "PATCH") return accepted(call, id, statSync(path).size, 202);
  await finishUpload(store, call, path, url.searchParams.get("digest") ?? "", repository);
}

async function startUpload(store: ImageStore, call: Call): Promise<void> {
  const { request, response, url, repository } = call;
  const id = randomUUID();
  const [mount, from] = [url.searchParams.get("mount"), url.searchParams.get("from")];
  if (
    mount !== null &&
    from !== null &&
    digestForm.test(mount) &&
    isRepository(from) &&
    store.blobSize(from, mount) !== undefined
  ) {
    store.linkBlob(repository, mount);
    return created(response, repository, mount);
  }
  const path = join(store.uploads, id);
  writeFileSync(path, "");
  const digest = url.searchParams.get("digest");
  if (digest === null) return accepted(call, id, 0, 202);
  appendFileSync(path, await readBody(request, 512 * 1024 * 1024));
  await finishUpload(store, call, path, digest, repository);
}

async function finishUpload(
  store: ImageStore,
  call: Call,
  path: string,
  digest: string,
  repository: string,
): Promise<void> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  if (`sha256:${hash.digest("hex")}` !== digest) {
    rmSync(path, { force: true });
    throw new RegistryError(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
  }
  store.adoptBlob(repository, digest, path);
  created(call.response, repository, digest);
}

function created(response: ServerResponse, repository: string, digest: string): void {
  const location = `/v2/${repository}/blobs/${digest}`;
  response.writeHead(201, { "content-length": 0, "docker-content-digest": digest, location });
  response.end();
}

function accepted(call: Call, id: string, size: number, status: 202 | 204): void {
  call.response.writeHead(status, {
    ...(status === 202 ? { "content-length": 0 } : {}),
    "docker-upload-uuid": id,
    location: `http://${call.request.headers.host ?? ""}/v2/${call.repository}/blobs/uploads/${id}`,
    range: `0-${Math.max(0, size - 1)}`,
  });
  call.response.end();
}
