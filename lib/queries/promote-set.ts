import { z } from "zod";
import type { Principal } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import { parseInput } from "@/lib/pipeline/errors";
import { loadPromotePreview, type NoPreview, type PreviewView } from "@/lib/queries/promote-preview";

const name = z.string().min(1).max(63);
export const promoteSetInput = z.strictObject({
  project: name,
  environment: name,
  releases: z.array(z.string().min(1).max(200)).min(1).max(50),
});

/** What several releases would do in one environment if they were asked for together. */
export interface PromoteSetView {
  asOf: string;
  project: string;
  environment: string;
  isProtected: boolean;
  /** Each as its own preview says, in the order in which the project's file names their services. */
  lines: { release: string; preview: PreviewView | NoPreview }[];
  /** A service that two of the releases would move: they cannot go together. */
  twice: { service: string; releases: string[] } | null;
}

/** The previews of several releases, each by the evaluation that its request meets. Throws NotFound or InvalidInput. */
export async function loadPromoteSet(
  db: Queryable,
  principal: Principal,
  raw: unknown,
  now: string,
): Promise<PromoteSetView> {
  const { project, environment, releases } = parseInput(promoteSetInput, raw);
  const rows = await db.query<{ release: string; service: string; position: number | null }>(
    sql`select a.release, a.service, s.position from artifact a
          left join service s on s.project = a.project and s.name = a.service
         where a.project = ${project} and a.release = any(${releases}) order by s.position, a.release`,
  );
  const known = [...new Set(rows.map((row) => row.release))];
  const ordered = [...known, ...new Set(releases.filter((release) => !known.includes(release)))];
  const lines: PromoteSetView["lines"] = [];
  for (const release of ordered) {
    const subject = { kind: "promote", project, environment, release };
    lines.push({ release, preview: await loadPromotePreview(db, principal, subject, now) });
  }
  const services = [...new Set(rows.map((row) => row.service))];
  const clash = services.find((service) => new Set(ofService(rows, service)).size > 1);
  return {
    ...{ asOf: now, project, environment, lines },
    isProtected: lines.some(({ preview }) => preview.kind === "preview" && preview.isProtected),
    twice: clash === undefined ? null : { service: clash, releases: ofService(rows, clash) },
  };
}

function ofService(rows: readonly { release: string; service: string }[], service: string): string[] {
  return rows.filter((row) => row.service === service).map((row) => row.release);
}
