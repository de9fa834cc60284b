import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digestOf } from "@/lib/adapters/oci/manifest";
import type { OciRegistryOptions } from "@/lib/adapters/oci/options";
import { createOciRegistry } from "@/lib/adapters/oci/registry";
import { type PushTarget, pushImage, pushIndex } from "@/lib/adapters/oci/testing/push-image";
import type { ArtifactRegistry } from "@/lib/ports/artifact-registry";
import { ExternalError } from "@/lib/ports/external-error";

/** A registry that the shared suite runs against. */
export interface RegistryUnderTest extends PushTarget {
  /** Options with which everything is allowed. */
  options: OciRegistryOptions;
  /** Credentials that the registry refuses; undefined where it knows no credentials. */
  wrong?: OciRegistryOptions;
  /** Words that may never be seen in an error. */
  secrets: string[];
  stop(): Promise<void>;
}

/** The error of a call that must fail; it holds none of the secrets. */
export async function failureOf(call: () => Promise<unknown>, secrets: readonly string[] = []): Promise<ExternalError> {
  const error = await call().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ExternalError);
  if (!(error instanceof ExternalError)) throw new Error("the call did not fail as an ExternalError");
  const shown = `${error.message} ${error.stack ?? ""} ${JSON.stringify(error)} ${String(error.cause)}`;
  for (const secret of secrets) expect(shown).not.toContain(secret);
  return error;
}

/** What every registry must do for Waybill, whichever one it is and however it knows its callers. */
export function registryContract(name: string, start: () => Promise<RegistryUnderTest>): void {
  describe(name, () => {
    let under: RegistryUnderTest;
    let registry: ArtifactRegistry;
    beforeAll(async () => {
      under = await start();
      registry = createOciRegistry(under.options);
    });
    afterAll(async () => {
      await under?.stop();
    });
    const freshRepository = () => `contract/team__a/service-${randomUUID().slice(0, 8)}`;

    it("says where it is and that it works", async () => {
      expect(registry.host).toBe(new URL(under.url).host);
      await registry.check();
    });

    it.each(["oci", "docker"] as const)("resolves an image (%s) by tag and by digest", async (family) => {
      const repository = freshRepository();
      const image = await pushImage(under, repository, { family }, "v1.0.0");
      const expected = { repository, digest: image.digest, mediaType: image.mediaType, index: false, platforms: [] };
      expect(await registry.resolve(repository, { tag: "v1.0.0" })).toEqual(expected);
      expect(await registry.resolve(repository, { digest: image.digest })).toEqual(expected);
    });

    it.each(["oci", "docker"] as const)(
      "resolves an index (%s) to its platforms, without attestations",
      async (family) => {
        const repository = freshRepository();
        const amd = await pushImage(under, repository, { family });
        const arm = await pushImage(under, repository, { family });
        const attestation = await pushImage(under, repository, { family });
        const index = await pushIndex(
          under,
          repository,
          family,
          [
            { pushed: attestation, platform: { os: "unknown", architecture: "unknown" } },
            { pushed: amd, platform: { os: "linux", architecture: "amd64" } },
            { pushed: arm, platform: { os: "linux", architecture: "arm", variant: "v7" } },
          ],
          "v1.0.0-rc.1",
        );
        expect(await registry.resolve(repository, { tag: "v1.0.0-rc.1" })).toEqual({
          repository,
          digest: index.digest,
          mediaType: index.mediaType,
          index: true,
          platforms: [
            { digest: amd.digest, os: "linux", architecture: "amd64" },
            { digest: arm.digest, os: "linux", architecture: "arm", variant: "v7" },
          ],
        });
      },
    );

    it("describes an image from its config", async () => {
      const repository = freshRepository();
      const labels = {
        "org.opencontainers.image.revision": "0a1b2c3d",
        "org.opencontainers.image.source": "https://git.example/veza",
        "org.opencontainers.image.version": "1.4.0",
        "org.opencontainers.image.created": "2026-03-04T05:06:07Z",
        "sandbox.fault": "errors",
      };
      const healthcheck = ["CMD", "/bin/ok"];
      const image = await pushImage(under, repository, { family: "oci", labels, user: "10001", healthcheck });
      expect(await registry.describe(repository, image.digest)).toEqual({
        repository,
        digest: image.digest,
        mediaType: image.mediaType,
        index: false,
        platforms: [],
        images: [
          {
            digest: image.digest,
            os: "linux",
            architecture: "amd64",
            sizeBytes: image.sizeBytes,
            user: "10001",
            healthcheck: true,
            labels,
          },
        ],
        sizeBytes: image.sizeBytes,
        user: "10001",
        healthcheck: true,
        created: "2026-03-04T05:06:07Z",
        labels,
        revision: "0a1b2c3d",
        source: "https://git.example/veza",
        version: "1.4.0",
      });
    });

    it("describes an image that says little about itself", async () => {
      const repository = freshRepository();
      const image = await pushImage(under, repository, { family: "docker", healthcheck: ["NONE"] });
      expect(await registry.describe(repository, image.digest)).toMatchObject({
        user: "",
        healthcheck: false,
        created: "2026-01-02T03:04:05Z",
        labels: {},
        revision: undefined,
        source: undefined,
        version: undefined,
      });
    });

    it("describes an index by its first runnable platform", async () => {
      const repository = freshRepository();
      const attestation = await pushImage(under, repository, { family: "oci", user: "attestation" });
      const image = await pushImage(under, repository, { family: "oci", user: "nobody" });
      const reference = { "vnd.docker.reference.type": "attestation-manifest" };
      const index = await pushIndex(under, repository, "oci", [
        { pushed: attestation, annotations: reference },
        { pushed: image, platform: { os: "linux", architecture: "amd64" } },
      ]);
      const described = await registry.describe(repository, index.digest);
      expect(described).toMatchObject({
        digest: index.digest,
        index: true,
        user: "nobody",
        sizeBytes: image.sizeBytes,
      });
      expect(described.platforms).toHaveLength(1);
    });

    it("describes every platform of an index by its own config", async () => {
      const repository = freshRepository();
      const careful = await pushImage(under, repository, { family: "oci", user: "65532" });
      const careless = await pushImage(under, repository, { family: "oci", user: "root" });
      const index = await pushIndex(under, repository, "oci", [
        { pushed: careful, platform: { os: "linux", architecture: "amd64" } },
        { pushed: careless, platform: { os: "linux", architecture: "arm64" } },
      ]);
      const { images } = await registry.describe(repository, index.digest);
      expect(images.map(({ digest, user }) => [digest, user])).toEqual([
        [careful.digest, "65532"],
        [careless.digest, "root"],
      ]);
    });

    it("says what is not there", async () => {
      const repository = freshRepository();
      await pushImage(under, repository, { family: "oci" }, "v1.0.0");
      const missing = digestOf(Buffer.from(repository));
      for (const call of [
        () => registry.resolve(repository, { tag: "v9.9.9" }),
        () => registry.resolve(repository, { digest: missing }),
        () => registry.describe(repository, missing),
        () => registry.moveTag(repository, "staging", missing),
        () => registry.resolve(freshRepository(), { tag: "v1.0.0" }),
        () => registry.tags(freshRepository()),
      ]) {
        const error = await failureOf(call, under.secrets);
        expect(error).toMatchObject({ code: "notFound", status: 404, retryable: false });
        expect(error.system).toMatch(/^registry /);
      }
    });

    it("knows whether it has a digest", async () => {
      const repository = freshRepository();
      const image = await pushImage(under, repository, { family: "oci" });
      expect(await registry.has(repository, image.digest)).toBe(true);
      expect(await registry.has(repository, digestOf(Buffer.from("nobody pushed this")))).toBe(false);
      expect(await registry.has(freshRepository(), image.digest)).toBe(false);
    });

    it("lists tags", async () => {
      const repository = freshRepository();
      const names = ["v1.0.0", "v1.0.0-rc.1", "sha-0a1b2c3", "_odd.Tag-1"];
      for (const tag of names) await pushImage(under, repository, { family: "oci" }, tag);
      expect((await registry.tags(repository)).sort()).toEqual([...names].sort());
    });

    it("moves a tag by writing the same bytes, and says where it was", async () => {
      const repository = freshRepository();
      const first = await pushImage(under, repository, { family: "oci" });
      const second = await pushImage(under, repository, { family: "docker" });
      const index = await pushIndex(under, repository, "oci", [
        { pushed: first, platform: { os: "linux", architecture: "amd64" } },
      ]);
      const move = (digest: typeof first.digest) => registry.moveTag(repository, "staging", digest);
      const moved = { repository, tag: "staging" };
      expect(await move(first.digest)).toEqual({ ...moved, before: undefined, after: first.digest });
      expect(await move(second.digest)).toEqual({ ...moved, before: first.digest, after: second.digest });
      expect(await move(index.digest)).toEqual({ ...moved, before: second.digest, after: index.digest });
      expect(await move(index.digest)).toEqual({ ...moved, before: index.digest, after: index.digest });
      expect(await registry.resolve(repository, { tag: "staging" })).toMatchObject({
        digest: index.digest,
        mediaType: index.mediaType,
      });
    });

    it("is asked for one repository by many at once", async () => {
      const repository = freshRepository();
      const image = await pushImage(under, repository, { family: "oci" }, "v1.0.0");
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => registry.resolve(repository, { tag: "v1.0.0" })),
      );
      expect(new Set(answers.map(({ digest }) => digest))).toEqual(new Set([image.digest]));
    });

    it("refuses strangers with a typed error that betrays nothing", async ({ skip }) => {
      if (under.wrong === undefined) return skip("this registry knows no credentials");
      const repository = freshRepository();
      const image = await pushImage(under, repository, { family: "oci" }, "v1.0.0");
      const stranger = createOciRegistry(under.wrong);
      const { url, allowedRealms } = under.options;
      const anonymous = createOciRegistry({ url, allowedRealms });
      for (const refused of [stranger, anonymous]) {
        for (const call of [
          () => refused.resolve(repository, { tag: "v1.0.0" }),
          () => refused.has(repository, image.digest),
          () => refused.moveTag(repository, "staging", image.digest),
        ]) {
          const error = await failureOf(call, under.secrets);
          expect(["unauthorized", "forbidden"]).toContain(error.code);
          expect(error).toMatchObject({ status: 401, retryable: false });
        }
      }
      expect(await failureOf(() => stranger.check(), under.secrets)).toMatchObject({ code: "unauthorized" });
    });
  });
}
