import type { Blob, BuiltImage, BuiltIndex } from "./images";

export interface PushOptions {
  /** `http://host:port` or `https://host`. */
  registryUrl: string;
  repository: string;
  /** Without one, it can be pulled by digest alone. */
  tag?: string;
  /** A whole Authorization header, for a registry that wants Basic or has issued a token. */
  authorization?: string;
}

/** Pushes by the distribution specification to any registry; returns the digest that the registry said. */
export async function pushImage(image: BuiltImage | BuiltIndex, options: PushOptions): Promise<string> {
  if ("images" in image) {
    for (const child of image.images) await pushImage(child, { ...options, tag: undefined });
  } else {
    for (const blob of image.blobs) await pushBlob(blob, options);
  }
  const answer = await call(
    options,
    "PUT",
    `manifests/${options.tag ?? image.digest}`,
    image.manifest,
    image.mediaType,
  );
  await expectStatus(answer, 201, "manifest");
  const digest = answer.headers.get("docker-content-digest") ?? image.digest;
  if (digest !== image.digest) throw new Error(`the registry stored ${digest}, not ${image.digest}`);
  return digest;
}

async function pushBlob(blob: Blob, options: PushOptions): Promise<void> {
  if ((await call(options, "HEAD", `blobs/${blob.digest}`)).ok) return;
  const started = await call(options, "POST", "blobs/uploads/");
  await expectStatus(started, 202, "upload");
  const location = new URL(started.headers.get("location") ?? "", options.registryUrl);
  location.searchParams.set("digest", blob.digest);
  await expectStatus(await call(options, "PUT", location, blob.bytes, "application/octet-stream"), 201, "blob");
}

function call(
  options: PushOptions,
  method: string,
  path: string | URL,
  body?: Buffer,
  type?: string,
): Promise<Response> {
  const url = path instanceof URL ? path : new URL(`/v2/${options.repository}/${path}`, options.registryUrl);
  const headers = new Headers(type === undefined ? {} : { "content-type": type });
  if (options.authorization !== undefined) headers.set("authorization", options.authorization);
  return fetch(url, { method, headers, body: body === undefined ? undefined : new Uint8Array(body) });
}

async function expectStatus(answer: Response, status: number, what: string): Promise<void> {
  const text = await answer.text();
  if (answer.status !== status)
    throw new Error(`the registry refused the ${what} with ${answer.status}: ${text.slice(0, 300)}`);
}
