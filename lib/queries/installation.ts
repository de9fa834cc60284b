import { can } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import { judgeLive, LATE_AFTER_SECONDS, readHealth } from "@/lib/queries/health";

/** What this process was told about itself; nothing in it is secret. */
export interface InstallationSettings {
  role: "all" | "web";
  /** Anybody may sign in as one of the demo's people. */
  demo: boolean;
  /** Registry, cluster and metrics are stand-ins on this machine. */
  sandbox: boolean;
  /** Why the application shares its database user with the ledger's owner; null where it does not. */
  ledgerNotSeparate: string | null;
  /** How people sign in. */
  signIn: string;
}

export interface ProcessView {
  id: string;
  role: string;
  startedAt: string;
  beatAt: string;
  beatAgeSeconds: number;
  detail: Record<string, number>;
}

export interface InstallationView {
  asOf: string;
  settings: InstallationSettings;
  /** The work that is due, by the rule that the health endpoints answer with. */
  work: { standing: "ok" | "late" | "unknown"; reason: string | null; due: number; oldestDueSeconds: number | null };
  lateAfterSeconds: number;
  /** Workers that beat within the last minutes, the latest first. */
  processes: ProcessView[];
  database: { version: string; migration: string | null };
  mayAdminister: boolean;
}

/** How the installation stands. Whoever is signed in may see it; what only administrators can mend is for them. */
export async function loadInstallation(
  db: Queryable,
  principal: Principal,
  settings: InstallationSettings,
  now: string,
): Promise<InstallationView> {
  const mayAdminister = can(principal, "administer", { instance: true });
  const [facts, processes, [database]] = await Promise.all([
    readHealth(db),
    db.query<ProcessView>(
      sql`select id, role, started_at as "startedAt", beat_at as "beatAt", detail,
                 extract(epoch from now() - beat_at)::float8 as "beatAgeSeconds"
            from process_beat where beat_at > now() - interval '10 minutes' order by beat_at desc limit 20`,
    ),
    db.query<InstallationView["database"]>(
      sql`select current_setting('server_version') as version,
                 (select migration_name from _prisma_migrations where finished_at is not null
                   order by migration_name desc limit 1) as migration`,
    ),
  ]);
  const { body } = judgeLive("web", facts);
  const separation = settings.ledgerNotSeparate;
  return {
    asOf: now,
    settings: {
      ...settings,
      ledgerNotSeparate: separation === null || mayAdminister ? separation : "an administrator can see why",
    },
    work: {
      standing: body.status === "notReady" ? "unknown" : body.status,
      reason: body.reason ?? null,
      due: body.dueSteps ?? 0,
      oldestDueSeconds: body.oldestDueSeconds ?? null,
    },
    lateAfterSeconds: LATE_AFTER_SECONDS,
    // A host's name is in a process's id.
    processes: mayAdminister ? processes : processes.map((one, index) => ({ ...one, id: `worker ${index + 1}` })),
    database: mayAdminister ? (database ?? { version: "", migration: null }) : { version: "", migration: null },
    mayAdminister,
  };
}
