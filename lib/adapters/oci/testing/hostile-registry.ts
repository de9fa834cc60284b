import { afterEach } from "vitest";
import { digestOf } from "@/lib/adapters/oci/manifest";
import type { OciRegistryOptions } from "@/lib/adapters/oci/options";
import { createOciRegistry } from "@/lib/adapters/oci/registry";
import {
  type Answering,
  configBytes,
  type FakeServer,
  madeManifest,
  startFakeServer,
} from "@/lib/adapters/oci/testing/fake-server";
import { failureOf } from "@/lib/adapters/oci/testing/registry-contract";

export const username = "release-bot";
export const password = "s3cret/with+signs";
export const basic = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
/** Whatever form of the password must not be seen in an error. */
export const secrets = [password, basic.slice(6), encodeURIComponent(password)];
export const asksBasic = 'Basic realm="registry"';
export const image = madeManifest();
export const manifestPath = "/v2/veza/backend/manifests";
export const byTag = `GET ${manifestPath}/v1.0.0`;
export const byDigest = `GET ${manifestPath}/${image.digest}`;
export const configPath = `GET /v2/veza/backend/blobs/${digestOf(configBytes)}`;

const running: FakeServer[] = [];

/** A fake server that ends with the test that started it. */
export async function serve(answers: Record<string, Answering>): Promise<FakeServer> {
  const server = await startFakeServer(answers);
  running.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

/** A client of that server, with credentials. */
export function open(server: FakeServer, options: Partial<OciRegistryOptions> = {}) {
  return createOciRegistry({ url: server.url, username, password: async () => password, ...options });
}

/** How asking the server for veza/backend:v1.0.0 fails. */
export function resolveFailure(server: FakeServer, options: Partial<OciRegistryOptions> = {}) {
  return failureOf(() => open(server, options).resolve("veza/backend", { tag: "v1.0.0" }), secrets);
}
