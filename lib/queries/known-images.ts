import { type Queryable, sql } from "@/lib/db/sql";

/** An image and where it is kept. */
export interface KnownImage {
  service: string;
  digest: string;
  connection: string;
  repository: string;
}

/**
 * Of `images` (`service@sha256:…`) those that this project has to do with: announced, verified or seen running. Nobody
 * can have a registry asked for anything else.
 */
export function findKnownImages(db: Queryable, project: string, images: readonly string[]): Promise<KnownImage[]> {
  return db.query<KnownImage>(
    sql`select s.name as service, split_part(i.image, '@', 2) as digest, s.connection, s.repository
          from unnest(${images}::text[]) as i (image)
          join service s on s.project = ${project} and s.name = split_part(i.image, '@', 1)
         where exists (select 1 from artifact a where a.project = s.project and a.service = s.name
                          and a.digest = split_part(i.image, '@', 2))
            or exists (select 1 from deployment d where d.project = s.project and d.service = s.name
                          and split_part(i.image, '@', 2) in (d.observed_digest, d.verified_digest, d.wanted_digest))`,
  );
}
