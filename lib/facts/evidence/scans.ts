import { allSent } from "@/lib/db/all-sent";
import { sql } from "@/lib/db/sql";
import { distinct, groupBy, type LoadEvidence } from "@/lib/facts/evidence/asked";
import { loadOutside } from "@/lib/facts/evidence/outside";
import type { Actor } from "@/lib/pipeline/actor";
import type { OutsideFact, RegistryScans, Scan } from "@/lib/pipeline/gates/gate";
import type { PlannedService } from "@/lib/pipeline/plan/plan";

/** The kind of what registries answered to the question for attached scans. */
export const registryScanKind = "scan";

/** The question's name: the digest first, so that everything about a digest is found by it. */
export function registryScanKey({ connection, repository, to }: PlannedService): string {
  return `${to.digest} ${connection}/${repository}`;
}

type Row = Omit<Scan, "reportedBy"> & { project: string; digest: string; reportedBy: Actor };

/** The newest scan of every scanner that was uploaded for the digests, and what registries hold attached to them. */
export const loadScans: LoadEvidence<"scans"> = async (db, asked) => {
  const projects = distinct(asked.map(({ plan }) => plan.project));
  const services = asked.flatMap(({ plan }) => plan.services);
  const digests = distinct(services.map((one) => one.to.digest));
  const [rows, outside] = await allSent([
    db.query<Row>(
      sql`select distinct on (project, digest, lower(tool)) project, digest, id, tool, tool_version as "toolVersion",
                 scanned_at as "scannedAt", reported_by as "reportedBy", findings
            from scan where project = any(${projects}) and digest = any(${digests})
           order by project, digest, lower(tool), scanned_at desc, reported_at desc`,
    ),
    loadOutside(db, registryScanKind, projects, distinct(services.map(registryScanKey))),
  ]);
  const byDigest = groupBy(rows, (row) => `${row.project} ${row.digest}`);
  return ({ plan }) =>
    plan.services.map((planned) => {
      const uploaded = byDigest.get(`${plan.project} ${planned.to.digest}`) ?? [];
      const registry = outside.get(`${plan.project} ${registryScanKey(planned)}`);
      return {
        service: planned.service,
        digest: planned.to.digest,
        uploaded: uploaded.map(({ project: _, digest: __, reportedBy, ...scan }) => ({
          ...scan,
          reportedBy: reportedBy.name,
        })),
        // Only the collector of this kind writes these.
        registry: (registry as OutsideFact<RegistryScans> | undefined) ?? null,
      };
    });
};
