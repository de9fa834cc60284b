import { z } from "zod";
import { operation } from "@/lib/api/operation";
import {
  actor,
  cursor,
  digest,
  environmentName,
  instant,
  limit,
  pageOf,
  projectName,
  promotionKey,
  releaseKey,
  serviceName,
} from "@/lib/api/values";
import { announceReleaseInput } from "@/lib/commands/announce-release";
import { migrations } from "@/lib/pipeline/release/migration";

const artifact = z
  .strictObject({
    service: serviceName,
    repository: z.string(),
    digest,
    version: z.string().nullable(),
    revision: z.string().nullable().meta({ description: "the commit, as the image names it" }),
    source: z.string().nullable(),
    buildUrl: z.string().nullable(),
    builtAt: instant.nullable(),
    migration: z.enum(migrations).nullable().meta({ description: "what it does to data; null where nothing was said" }),
  })
  .meta({ id: "Artifact" });

const releaseFields = {
  project: projectName,
  key: releaseKey,
  version: z.string(),
  announcedBy: actor,
  announcedAt: instant,
  artifacts: z.array(artifact),
};
const release = z.strictObject(releaseFields).meta({ id: "Release" });

const releaseDetail = z
  .strictObject({
    ...releaseFields,
    running: z
      .array(z.strictObject({ service: serviceName, environment: environmentName, since: instant.nullable() }))
      .meta({ description: "where its digests were seen running at the last look" }),
    verified: z
      .array(
        z.strictObject({ service: serviceName, environment: environmentName, promotion: promotionKey, at: instant }),
      )
      .meta({ description: "where its digests succeeded" }),
  })
  .meta({ id: "ReleaseDetail" });

const announced = z
  .strictObject({
    key: releaseKey,
    version: z.string(),
    artifacts: z.array(
      z.strictObject({
        service: serviceName,
        repository: z.string(),
        digest,
        revision: z.string().nullable(),
        migration: z.enum(migrations).nullable(),
      }),
    ),
  })
  .meta({ id: "Announced" });

export const announceOperation = operation({
  id: "announceRelease",
  method: "post",
  path: "/releases",
  tag: "Releases",
  summary: "Announce a build",
  description:
    "Each image is looked up in its registry and its digest checked; a tag is resolved once and never used again. " +
    "Announcing the same again is the same release; the same name with other digests is refused.",
  body: announceReleaseInput.meta({ id: "Announcement" }),
  answers: {
    201: { description: "announced", schema: announced, headers: { Location: "the release" } },
    200: { description: "exactly this was announced before", schema: announced },
  },
  refusals: [
    "unknownService",
    "invalidArtifacts",
    "nameMissing",
    "otherRepository",
    "otherRegistry",
    "releaseIsImmutable",
    "invalidMigration",
    "malformedReference",
    "malformedTag",
    "malformedVersion",
    "digestMissing",
    "mutableTag",
    "unknownTag",
  ],
  callsOutside: true,
});

export const listReleasesOperation = operation({
  id: "listReleases",
  method: "get",
  path: "/releases",
  tag: "Releases",
  summary: "List releases",
  description: "Newest announcement first. By digest or by the start of a commit it answers where a change was built.",
  query: z.strictObject({
    project: projectName.optional(),
    service: serviceName.optional(),
    digest: digest.optional(),
    revision: z
      .string()
      .regex(/^[0-9a-f]{4,64}$/, "must be 4 to 64 hex digits")
      .optional()
      .meta({ description: "the start of a commit's hash" }),
    limit: limit(100, 50),
    cursor: cursor.optional(),
  }),
  answers: { 200: { description: "a page of releases", schema: pageOf("ReleasePage", release) } },
  refusals: [],
});

export const readReleaseOperation = operation({
  id: "readRelease",
  method: "get",
  path: "/releases/{project}/{key}",
  tag: "Releases",
  summary: "Read one release",
  description: "What is in it, where it runs, where it succeeded.",
  params: z.strictObject({ project: projectName, key: releaseKey }),
  answers: { 200: { description: "the release", schema: releaseDetail } },
  refusals: [],
});
