import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildImage, buildIndex } from "../images";
import { pushImage } from "../push-image";
import { type Sandbox, startSandbox } from "../start-sandbox";
import type { RegistryAuthMode } from "./registry-auth";

const run = promisify(execFile);
const ociManifest = "application/vnd.oci.image.manifest.v1+json";
const ociIndex = "application/vnd.oci.image.index.v1+json";
const accept = { accept: `${ociManifest}, ${ociIndex}` };
const sha256 = (bytes: Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

const url = (path: string) => `${sandbox.registryUrl}/v2/${path}`;
async function errorOf(answer: Response): Promise<[number, string]> {
  const body = (await answer.json()) as { errors: { code: string }[] };
  return [answer.status, body.errors[0]?.code ?? ""];
}

describe("push and pull", () => {
  it("gives back the very bytes, by tag and by digest, and says their digest", async () => {
    const image = buildImage({ content: "one", version: "v1.0.0" });
    await pushImage(image, { registryUrl: sandbox.registryUrl, repository: "team/one", tag: "v1.0.0" });
    for (const reference of ["v1.0.0", image.digest]) {
      const answer = await fetch(url(`team/one/manifests/${reference}`), { headers: accept });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toBe(ociManifest);
      expect(answer.headers.get("docker-content-digest")).toBe(image.digest);
      expect(sha256(Buffer.from(await answer.arrayBuffer()))).toBe(image.digest);
    }
    for (const blob of image.blobs) {
      const answer = await fetch(url(`team/one/blobs/${blob.digest}`));
      expect(sha256(Buffer.from(await answer.arrayBuffer()))).toBe(blob.digest);
    }
  });

  it("keeps the digest where the same bytes are put under another tag, and moves that tag later", async () => {
    const [first, second] = [buildImage({ content: "a" }), buildImage({ content: "b" })];
    const options = { registryUrl: sandbox.registryUrl, repository: "moving" };
    await pushImage(first, { ...options, tag: "v1" });
    await pushImage(first, { ...options, tag: "prod" });
    await pushImage(second, { ...options, tag: "v2" });
    const headOf = async (tag: string) =>
      (await fetch(url(`moving/manifests/${tag}`), { method: "HEAD", headers: accept })).headers.get(
        "docker-content-digest",
      );
    expect(await headOf("prod")).toBe(first.digest);
    const body = new Uint8Array(second.manifest);
    const put = await fetch(url("moving/manifests/prod"), {
      method: "PUT",
      headers: { "content-type": ociManifest },
      body,
    });
    expect([put.status, put.headers.get("docker-content-digest")]).toEqual([201, second.digest]);
    expect([await headOf("prod"), await headOf("v1")]).toEqual([second.digest, first.digest]);
  });

  it("stores an index over two platforms, and Docker's types", async () => {
    const images = ["amd64", "arm64"].map((architecture) => buildImage({ content: "multi", architecture }));
    const index = buildIndex(images);
    const options = { registryUrl: sandbox.registryUrl, repository: "multi" };
    expect(await pushImage(index, { ...options, tag: "v1" })).toBe(index.digest);
    const docker = buildImage({ content: "docker", format: "docker" });
    expect(await pushImage(docker, { ...options, tag: "docker" })).toBe(docker.digest);
    const list = buildIndex([docker], "docker");
    expect(await pushImage(list, { ...options, tag: "list" })).toBe(list.digest);
  });

  it("takes a blob in chunks, refuses a chunk out of order and a wrong digest", async () => {
    const start = async () => {
      const answer = await fetch(url("chunks/blobs/uploads/"), { method: "POST" });
      expect(answer.status).toBe(202);
      return answer.headers.get("location") ?? "";
    };
    const place = await start();
    const patch = (body: string, range: string) =>
      fetch(place, {
        method: "PATCH",
        body,
        headers: { "content-range": range, "content-type": "application/octet-stream" },
      });
    expect((await patch("hello ", "0-5")).headers.get("range")).toBe("0-5");
    expect(await errorOf(await patch("too far", "9-15"))).toEqual([416, "RANGE_INVALID"]);
    expect((await patch("world", "6-10")).status).toBe(202);
    const digest = sha256(Buffer.from("hello world"));
    expect((await fetch(`${place}?digest=${digest}`, { method: "PUT" })).status).toBe(201);
    expect(await (await fetch(url(`chunks/blobs/${digest}`))).text()).toBe("hello world");

    const wrong = await fetch(`${await start()}?digest=${digest}`, { method: "PUT", body: "something else" });
    expect(await errorOf(wrong)).toEqual([400, "DIGEST_INVALID"]);
  });

  it("serves skopeo, in and out", async (context) => {
    if (spawnSync("skopeo", ["--version"]).status !== 0) context.skip("skopeo is not installed");
    const image = buildImage({ content: "skopeo", version: "v1" });
    await pushImage(image, { registryUrl: sandbox.registryUrl, repository: "from", tag: "v1" });
    const at = (name: string) => `docker://${sandbox.registryHost}/${name}`;
    const plain = ["--src-tls-verify=false", "--dest-tls-verify=false"];
    await run("skopeo", ["copy", "--preserve-digests", ...plain, at("from:v1"), at("to:v1")]);
    const copied = await fetch(url(`to/manifests/${image.digest}`), { method: "HEAD", headers: accept });
    expect(copied.status).toBe(200);
    const { stdout } = await run("skopeo", ["inspect", "--tls-verify=false", at("to:v1")]);
    expect(JSON.parse(stdout)).toMatchObject({
      Digest: image.digest,
      Labels: { "org.opencontainers.image.version": "v1" },
    });
  });
});

describe("what it refuses", () => {
  it("answers with the specification's codes", async () => {
    const image = buildImage({ content: "refused" });
    await pushImage(image, { registryUrl: sandbox.registryUrl, repository: "refused", tag: "v1" });
    const put = (reference: string, body: string, type = ociManifest) =>
      fetch(url(`refused/manifests/${reference}`), { method: "PUT", headers: { "content-type": type }, body });
    const strange = image.manifest.toString().replace(/sha256:\w{64}/, `sha256:${"0".repeat(64)}`);
    expect(await errorOf(await fetch(url("unknown/tags/list")))).toEqual([404, "NAME_UNKNOWN"]);
    expect(await errorOf(await fetch(url("refused/manifests/v9"), { headers: accept }))).toEqual([
      404,
      "MANIFEST_UNKNOWN",
    ]);
    expect(await errorOf(await fetch(url(`refused/blobs/sha256:${"0".repeat(64)}`)))).toEqual([404, "BLOB_UNKNOWN"]);
    expect(await errorOf(await put("v1", "{}"))).toEqual([400, "MANIFEST_INVALID"]);
    expect(await errorOf(await put("v1", image.manifest.toString(), "application/json"))).toEqual([
      400,
      "MANIFEST_INVALID",
    ]);
    expect(await errorOf(await put("v1", strange))).toEqual([400, "MANIFEST_BLOB_UNKNOWN"]);
    expect(await errorOf(await put(`sha256:${"0".repeat(64)}`, image.manifest.toString()))).toEqual([
      400,
      "DIGEST_INVALID",
    ]);
    expect((await fetch(url("UPPER/tags/list"))).status).toBe(404);
  });

  it("hides an OCI manifest from who does not accept it, as docker-registry does", async () => {
    const image = buildImage({ content: "hidden" });
    await pushImage(image, { registryUrl: sandbox.registryUrl, repository: "hidden", tag: "v1" });
    const docker = { accept: "application/vnd.docker.distribution.manifest.v2+json" };
    expect(await errorOf(await fetch(url("hidden/manifests/v1"), { headers: docker }))).toEqual([
      404,
      "MANIFEST_UNKNOWN",
    ]);
  });

  it("deletes by digest with every tag on it, and never by tag", async () => {
    const image = buildImage({ content: "gone" });
    const options = { registryUrl: sandbox.registryUrl, repository: "gone" };
    await pushImage(image, { ...options, tag: "v1" });
    await pushImage(image, { ...options, tag: "v2" });
    const remove = (reference: string) => fetch(url(`gone/manifests/${reference}`), { method: "DELETE" });
    expect(await errorOf(await remove("v1"))).toEqual([400, "DIGEST_INVALID"]);
    expect((await remove(image.digest)).status).toBe(202);
    expect(await (await fetch(url("gone/tags/list"))).json()).toEqual({ name: "gone", tags: [] });
  });
});

it("pages tags by n and last, with a Link until the end", async () => {
  const image = buildImage({ content: "paged" });
  const tags = ["v1", "v2", "v3", "v4", "v5"];
  for (const tag of tags) await pushImage(image, { registryUrl: sandbox.registryUrl, repository: "paged", tag });
  const seen: string[][] = [];
  let next: string | undefined = "/v2/paged/tags/list?n=2";
  while (next !== undefined) {
    const answer: Response = await fetch(`${sandbox.registryUrl}${next}`);
    seen.push(((await answer.json()) as { tags: string[] }).tags);
    next = /<([^>]+)>; rel="next"/.exec(answer.headers.get("link") ?? "")?.[1];
  }
  expect(seen).toEqual([["v1", "v2"], ["v3", "v4"], ["v5"]]);
});

describe("sign-in", () => {
  const login = { username: "ci", password: "right" };
  const basic = (password: string) => `Basic ${Buffer.from(`ci:${password}`).toString("base64")}`;
  async function withAuth(mode: RegistryAuthMode, test: (guarded: Sandbox) => Promise<void>): Promise<void> {
    const guarded = await startSandbox({ registryAuth: mode });
    await test(guarded).finally(() => guarded.close());
  }

  it("asks for Basic, and takes the right password alone", () =>
    withAuth({ kind: "basic", ...login }, async (guarded) => {
      const ask = (headers: Record<string, string>) => fetch(`${guarded.registryUrl}/v2/`, { headers });
      const refused = await ask({});
      expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, 'Basic realm="Registry Realm"']);
      expect((await ask({ authorization: basic("wrong") })).status).toBe(401);
      expect((await ask({ authorization: basic("right") })).status).toBe(200);
    }));

  it("issues tokens that are good for their scope alone", () =>
    withAuth({ kind: "token", ...login }, async (guarded) => {
      const options = { registryUrl: guarded.registryUrl, repository: "secret", tag: "v1" };
      const challenge =
        (await fetch(`${guarded.registryUrl}/v2/secret/tags/list`)).headers.get("www-authenticate") ?? "";
      const { realm = "", scope } =
        /^Bearer realm="(?<realm>[^"]+)",service="[^"]+",scope="(?<scope>[^"]+)"$/.exec(challenge)?.groups ?? {};
      expect(scope).toBe("repository:secret:pull");
      expect((await fetch(`${realm}?scope=${scope}`, { headers: { authorization: basic("wrong") } })).status).toBe(401);
      const tokenFor = async (wanted: string) => {
        const answer = await fetch(`${realm}?scope=${wanted}`, { headers: { authorization: basic("right") } });
        return `Bearer ${((await answer.json()) as { token: string }).token}`;
      };
      const image = buildImage({ content: "secret" });
      const readOnly = await tokenFor("repository:secret:pull");
      await expect(pushImage(image, { ...options, authorization: readOnly })).rejects.toThrow("401");
      await pushImage(image, { ...options, authorization: await tokenFor("repository:secret:pull,push") });
      const list = (authorization: string) =>
        fetch(`${guarded.registryUrl}/v2/secret/tags/list`, { headers: { authorization } });
      expect((await list(readOnly)).status).toBe(200);
      expect((await list(await tokenFor("repository:other:pull"))).status).toBe(401);
      expect((await list("Bearer made.up")).status).toBe(401);
    }));
});

it("builds the same digest for the same spec, and another for another", () => {
  const spec = { content: "x", version: "v1", revision: "abc" };
  expect(buildImage(spec).digest).toBe(buildImage(spec).digest);
  expect(buildImage({ ...spec, fault: "crash" }).digest).not.toBe(buildImage(spec).digest);
});
