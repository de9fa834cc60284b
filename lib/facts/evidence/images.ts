import { sql } from "@/lib/db/sql";
import { distinct, groupBy, type LoadEvidence } from "@/lib/facts/evidence/asked";
import type { ImageFacts } from "@/lib/pipeline/gates/gate";

/** What the registry said of the digests that the plans bring; of several announcements the fullest, then the newest. */
export const loadImages: LoadEvidence<"images"> = async (db, asked) => {
  const projects = distinct(asked.map(({ plan }) => plan.project));
  const digests = distinct(asked.flatMap(({ plan }) => plan.services.map((one) => one.to.digest)));
  const rows = await db.query<
    Omit<ImageFacts, "images"> & { project: string; images: NonNullable<ImageFacts["images"]> | null }
  >(
    sql`select distinct on (project, service, digest) project, service, digest, image->'images' as images
          from artifact where project = any(${projects}) and digest = any(${digests})
         order by project, service, digest, (image->'images' is null), announced_at desc`,
  );
  const byArtifact = groupBy(rows, (row) => `${row.project}/${row.service}@${row.digest}`);
  return ({ plan }) =>
    plan.services.flatMap((one) =>
      (byArtifact.get(`${plan.project}/${one.service}@${one.to.digest}`) ?? []).map(({ service, digest, images }) => {
        return { service, digest, ...(images === null ? {} : { images }) };
      }),
    );
};
