import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digestOf } from "@/lib/adapters/oci/manifest";
import { createOciRegistry } from "@/lib/adapters/oci/registry";
import {
  type Pushed,
  pushArtifact,
  pushImage,
  pushIndex,
  pushReferrersTag,
} from "@/lib/adapters/oci/testing/push-image";
import { failureOf, type RegistryUnderTest } from "@/lib/adapters/oci/testing/registry-contract";
import type { ArtifactRegistry } from "@/lib/ports/artifact-registry";

const scanType = "application/sarif+json";

/** What is attached to an image is found on every registry: by its API, or by the tag that clients write without one. */
export function referrersContract(name: string, start: () => Promise<RegistryUnderTest>): void {
  describe(`what is attached to an image, on ${name}`, () => {
    let under: RegistryUnderTest;
    let registry: ArtifactRegistry;
    beforeAll(async () => {
      under = await start();
      registry = createOciRegistry(under.options);
    });
    afterAll(() => under?.stop());
    const freshRepository = () => `contract/team__a/service-${randomUUID().slice(0, 8)}`;
    const report = Buffer.from('{"a":1}');
    const attach = (repository: string, subject: Pushed, artifactType = scanType) =>
      pushArtifact(under, repository, {
        artifactType,
        subject,
        layers: [{ mediaType: scanType, bytes: report, annotations: { "org.opencontainers.image.title": "scan" } }],
        annotations: { "org.opencontainers.image.created": "2026-01-02T03:04:05Z" },
      });

    it("is nothing where nothing was attached, or nobody knows the image", async () => {
      const repository = freshRepository();
      const image = await pushImage(under, repository, { family: "oci" });
      expect(await registry.referrers(repository, image.digest)).toEqual([]);
      expect(await registry.referrers(freshRepository(), image.digest)).toEqual([]);
    });

    it("is listed for exactly this digest, and read with its report", async () => {
      const repository = freshRepository();
      const image = await pushImage(under, repository, { family: "oci" });
      const other = await pushImage(under, repository, { family: "oci" });
      const scan = await attach(repository, image);
      const foreign = await attach(repository, other);
      // A client writes the tag only where the registry has no API, which then must not read it.
      await pushReferrersTag(under, repository, image.digest, [{ pushed: scan, artifactType: scanType }]);
      await pushReferrersTag(under, repository, other.digest, [{ pushed: foreign, artifactType: scanType }]);
      const listed = await registry.referrers(repository, image.digest);
      expect(listed.map(({ digest, artifactType }) => ({ digest, artifactType }))).toEqual([
        { digest: scan.digest, artifactType: scanType },
      ]);
      const artifact = await registry.artifact(repository, { digest: scan.digest });
      expect(artifact).toEqual({
        digest: scan.digest,
        subject: image.digest,
        artifactType: scanType,
        annotations: { "org.opencontainers.image.created": "2026-01-02T03:04:05Z" },
        layers: [
          {
            mediaType: scanType,
            digest: digestOf(report),
            size: report.length,
            annotations: { "org.opencontainers.image.title": "scan" },
          },
        ],
      });
      expect(Buffer.from(await registry.blob(repository, digestOf(report), 100))).toEqual(report);
    });

    it("is read up to its cap alone, and is missing where it is not there", async () => {
      const repository = freshRepository();
      const image = await pushImage(under, repository, { family: "oci" });
      await attach(repository, image);
      expect(await failureOf(() => registry.blob(repository, digestOf(report), 3))).toMatchObject({ code: "tooLarge" });
      const nothing = digestOf(Buffer.from(repository));
      expect(await failureOf(() => registry.blob(repository, nothing, 100))).toMatchObject({ code: "notFound" });
      expect(await registry.artifact(repository, { digest: nothing })).toBeUndefined();
      expect(await registry.artifact(repository, { tag: `sha256-${nothing.slice(7)}.sig` })).toBeUndefined();
    });

    it("is refused as an artifact where it is an index", async () => {
      const repository = freshRepository();
      const image = await pushImage(under, repository, { family: "oci" });
      const index = await pushIndex(under, repository, "oci", [{ pushed: image }]);
      const error = await failureOf(() => registry.artifact(repository, { digest: index.digest }));
      expect(error).toMatchObject({ code: "badResponse" });
    });
  });
}
