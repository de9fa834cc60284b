import type { BuiltImage } from "./images";
import { digestOf, type ImageStore } from "./registry/image-store";

export interface FoundVulnerability {
  id: string;
  severity: "CRITICAL" | "HIGH" | "MEDIUM" | "LOW";
  name: string;
  installed: string;
  fixed?: string;
}

/** What `trivy image --format json` writes of an image, as far as anybody reads it. */
export function buildScanReport(
  image: { repository: string; digest: string; created: string },
  found: readonly FoundVulnerability[],
): object {
  const { repository, digest, created } = image;
  return {
    SchemaVersion: 2,
    // A few minutes after the build, as a CI job would.
    CreatedAt: new Date(Date.parse(created) + 240_000).toISOString(),
    Trivy: { Version: "0.57.1" },
    ArtifactName: repository,
    ArtifactType: "container_image",
    Metadata: { RepoDigests: [`${repository}@${digest}`] },
    Results: [
      {
        Target: `${repository} (debian 12.8)`,
        Class: "os-pkgs",
        Type: "debian",
        Vulnerabilities: found.map(({ id, severity, name, installed, fixed }) => ({
          VulnerabilityID: id,
          PkgName: name,
          InstalledVersion: installed,
          FixedVersion: fixed,
          Severity: severity,
        })),
      },
    ],
  };
}

const reportType = "application/vnd.aquasec.trivy.report+json";

/** Attaches a report to an image in the store, as a referrer (OCI image spec 1.1, `subject`). */
export function attachReport(images: ImageStore, repository: string, image: BuiltImage, report: object): void {
  const bytes = Buffer.from(JSON.stringify(report));
  const config = Buffer.from("{}");
  for (const blob of [bytes, config]) images.putBlob(repository, digestOf(blob), blob);
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const descriptor = (type: string, blob: Buffer) => ({ mediaType: type, digest: digestOf(blob), size: blob.length });
  const manifest = {
    schemaVersion: 2,
    mediaType,
    artifactType: reportType,
    config: descriptor("application/vnd.oci.empty.v1+json", config),
    layers: [descriptor(reportType, bytes)],
    subject: descriptor(image.mediaType, image.manifest),
  };
  images.putManifest(repository, mediaType, Buffer.from(JSON.stringify(manifest)));
}
