import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OciRegistryOptions } from "@/lib/adapters/oci/options";
import { createOciRegistry } from "@/lib/adapters/oci/registry";
import {
  type DockerRegistry,
  dockerRegistryPath,
  startDockerRegistry,
} from "@/lib/adapters/oci/testing/docker-registry";
import { pushImage } from "@/lib/adapters/oci/testing/push-image";
import { referrersContract } from "@/lib/adapters/oci/testing/referrers-contract";
import { failureOf, type RegistryUnderTest, registryContract } from "@/lib/adapters/oci/testing/registry-contract";
import { startSandboxRegistry } from "@/lib/adapters/oci/testing/sandbox-registry";
import { startTokenServer, type TokenServer } from "@/lib/adapters/oci/testing/token-server";

const username = "release-bot";
const password = "pa55:word with spaces";
const secrets = [password, Buffer.from(`${username}:${password}`).toString("base64"), "not the password"];
// `htpasswd -nbB` of the pair above; the registry takes bcrypt alone.
const htpasswdLine = "release-bot:$2y$04$VQsGC6qL9G9qGnU5VS2RM.WN.zn03FPqjhYfRbCwwnVydeJS5YTJK";
const accounts = {
  [username]: { password, actions: ["pull", "push"] },
  reader: { password: "reads only", actions: ["pull"] },
};

function withPassword(options: OciRegistryOptions, text = password, user = username): OciRegistryOptions {
  return { ...options, username: user, password: async () => text };
}

async function startOpen(): Promise<RegistryUnderTest> {
  const { url, stop } = await startDockerRegistry({ kind: "none" });
  return { url, stop, options: { url }, secrets: [], authorization: () => undefined };
}

async function startBasic(): Promise<RegistryUnderTest> {
  const { url, stop } = await startDockerRegistry({ kind: "htpasswd", line: htpasswdLine });
  const header = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  return {
    url,
    stop,
    options: withPassword({ url }),
    wrong: withPassword({ url }, "not the password"),
    secrets,
    authorization: () => header,
  };
}

async function startToken(): Promise<RegistryUnderTest> {
  const server = await startTokenServer(accounts);
  const { url, stop } = await startDockerRegistry({ kind: "token", server });
  const options = { url, allowedRealms: [server.host] };
  return {
    url,
    options: withPassword(options),
    wrong: withPassword(options, "not the password"),
    secrets,
    authorization: (repository) => `Bearer ${server.issue(`repository:${repository}:pull,push`)}`,
    async stop() {
      await stop();
      await server.stop();
    },
  };
}

/** In its token mode a push needs a token from its own realm, which here is asked for as any client would. */
async function startSandbox(kind: "anonymous" | "basic" | "token"): Promise<RegistryUnderTest> {
  const { url, stop } = await startSandboxRegistry({ kind, username, password });
  const header = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  const tokenFor = async (repository: string) => {
    const scope = encodeURIComponent(`repository:${repository}:pull,push`);
    const answer = await fetch(`${url}/token?scope=${scope}`, { headers: { authorization: header } });
    const { token } = (await answer.json()) as { token: string };
    return `Bearer ${token}`;
  };
  return {
    url,
    stop,
    options: kind === "anonymous" ? { url } : withPassword({ url }),
    ...(kind === "anonymous" ? {} : { wrong: withPassword({ url }, "not the password") }),
    secrets,
    authorization: (repository) => (kind === "token" ? tokenFor(repository) : kind === "basic" ? header : undefined),
  };
}

const registries: { name: string; start: () => Promise<RegistryUnderTest>; missing?: string }[] = [
  { name: "docker-registry without authentication", start: startOpen, missing: dockerMissing() },
  { name: "docker-registry with htpasswd", start: startBasic, missing: dockerMissing() },
  { name: "docker-registry with tokens", start: startToken, missing: dockerMissing() },
  { name: "the sandbox's registry", start: () => startSandbox("anonymous") },
  { name: "the sandbox's registry with a password", start: () => startSandbox("basic") },
  { name: "the sandbox's registry with tokens", start: () => startSandbox("token") },
];

function dockerMissing(): string | undefined {
  return dockerRegistryPath() === undefined
    ? "docker-registry is not installed (apt-get install docker-registry)"
    : undefined;
}

for (const { name, start, missing } of registries) {
  if (missing === undefined) {
    registryContract(name, start);
    referrersContract(name, start);
  } else {
    console.info(`skipped: ${name}: ${missing}`);
    describe.skip(`${name} (${missing})`, () => it("is not installed", () => {}));
  }
}

describe.skipIf(dockerMissing() !== undefined)("tokens of docker-registry", () => {
  let server: TokenServer;
  let docker: DockerRegistry;
  beforeAll(async () => {
    server = await startTokenServer(accounts);
    docker = await startDockerRegistry({ kind: "token", server });
  });
  afterAll(async () => {
    await docker?.stop();
    await server?.stop();
  });
  const options = () => ({ url: docker.url, allowedRealms: [server.host] });
  const target = () => ({
    url: docker.url,
    authorization: (repository: string) => `Bearer ${server.issue(`repository:${repository}:pull,push`)}`,
  });
  const repository = "veza/backend";

  it("asks for one token a scope, for no more than the call needs, and keeps it until it expires", async () => {
    const image = await pushImage(target(), repository, { family: "oci" }, "v1.0.0");
    let now = Date.now();
    const registry = createOciRegistry(withPassword({ ...options(), now: () => now }));
    server.requests.length = 0;
    await registry.describe(repository, image.digest);
    await registry.resolve(repository, { tag: "v1.0.0" });
    expect(server.requests.map(({ scope }) => scope)).toEqual([`repository:${repository}:pull`]);
    await registry.moveTag(repository, "staging", image.digest);
    await registry.moveTag(repository, "prod", image.digest);
    expect(server.requests.map(({ scope }) => scope)).toEqual([
      `repository:${repository}:pull`,
      `repository:${repository}:pull,push`,
    ]);
    now += 295_000;
    await registry.resolve(repository, { tag: "v1.0.0" });
    expect(server.requests).toHaveLength(3);
  });

  it("says forbidden where the account may read and not write", async () => {
    const image = await pushImage(target(), repository, { family: "oci" }, "v1.0.1");
    const reader = createOciRegistry(withPassword(options(), "reads only", "reader"));
    expect(await reader.resolve(repository, { tag: "v1.0.1" })).toMatchObject({ digest: image.digest });
    const error = await failureOf(() => reader.moveTag(repository, "staging", image.digest), ["reads only"]);
    expect(error).toMatchObject({ code: "forbidden", status: 401, retryable: false });
  });

  it("never contacts a realm that is not on the list", async () => {
    server.requests.length = 0;
    const registry = createOciRegistry(withPassword({ url: docker.url }));
    const error = await failureOf(() => registry.check(), secrets);
    expect(error).toMatchObject({ code: "refusedAddress", retryable: false });
    expect(error.message).toContain(server.host);
    expect(server.requests).toEqual([]);
  });

  it("takes a realm by its whole URL, and no other path of it", async () => {
    await createOciRegistry(withPassword({ url: docker.url, allowedRealms: [server.realm] })).check();
    const other = createOciRegistry(withPassword({ url: docker.url, allowedRealms: [`${server.url}/other`] }));
    expect(await failureOf(() => other.check(), secrets)).toMatchObject({ code: "refusedAddress" });
  });
});
