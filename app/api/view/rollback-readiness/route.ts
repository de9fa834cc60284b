import { z } from "zod";
import { viewRoute } from "@/app/api/view/view-route";
import type { RollbackReadiness } from "@/components/promote/rollback-readiness";
import { can } from "@/lib/auth/permissions";
import { getEngine } from "@/lib/engine/compose";
import { NotFound, parseInput } from "@/lib/pipeline/errors";
import type { Digest } from "@/lib/pipeline/release/digest";
import { findKnownImages } from "@/lib/queries/known-images";

const answerMs = 5_000;

const readinessInput = z.strictObject({
  project: z.string().min(1).max(63),
  /** `service@sha256:…`; only digests that were announced here are asked for. */
  images: z
    .array(z.string().regex(/^[a-z0-9.-]{1,63}@sha256:[0-9a-f]{64}$/, "must be service@sha256:…"))
    .min(1)
    .max(20),
});

/** Whether the registry still has the digests to go back to, asked at this moment; null where it did not tell. */
export const GET = viewRoute(async (principal, url): Promise<RollbackReadiness> => {
  const { searchParams } = url;
  const { project, images } = parseInput(readinessInput, {
    project: searchParams.get("project"),
    images: searchParams.getAll("image"),
  });
  if (!can(principal, "view", { project })) throw new NotFound(`project ${project} is not theirs to see`);
  const engine = getEngine();
  const known = await findKnownImages(engine.pool, project, images);
  const answers = await Promise.all(
    known.map(async ({ service, digest, connection, repository }) => {
      try {
        const registry = await engine.world.registry(project, connection);
        const has = await registry.has(repository, digest as Digest, AbortSignal.timeout(answerMs));
        return { service, digest, inRegistry: has };
      } catch {
        return { service, digest, inRegistry: null };
      }
    }),
  );
  return { asOf: new Date().toISOString(), answers };
});
