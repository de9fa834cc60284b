import pino from "pino";
import { type AuthConfig, authConfig } from "@/lib/auth/auth-config";
import { oidcSessionStands } from "@/lib/auth/oidc-session";
import { getPool } from "@/lib/db/pool";
import { type Queryable, sql } from "@/lib/db/sql";

const logger = pino({ level: process.env.LOG_LEVEL ?? "info", base: { part: "sign-in" } });

const everyMs = 10_000;
/** So many are asked about at one look; more wait for the next. */
const atOnce = 20;

/**
 * Asks the sign-in service about whoever signed something that has not started, also where they do not use Waybill at the
 * moment: who lost the right since does not count. Answers how many were asked about.
 */
export async function recheckSigners(db: Queryable, config: AuthConfig): Promise<number> {
  const { oidc } = config;
  if (oidc === undefined || oidc.recheckSeconds === 0) return 0;
  const due = await db.query<{ id: string; person: string }>(sql`
    WITH signer AS MATERIALIZED (
      SELECT DISTINCT a ->> 'person' AS person
        FROM promotion p CROSS JOIN LATERAL jsonb_array_elements(p.state -> 'approvals') a
       WHERE p.ended_at IS NULL AND p.phase IN ('waiting', 'queued'))
    SELECT DISTINCT ON (s.person) s.id, s.person
      FROM signer JOIN oidc_session s ON s.person = signer.person
     WHERE s.ended_at IS NULL AND s.expires_at > now() AND (s.retry_at IS NULL OR s.retry_at <= now())
     ORDER BY s.person, s.checked_at DESC`);
  const asked = due.slice(0, atOnce);
  const now = Date.now();
  await Promise.all(
    asked.map(({ id, person }) => oidcSessionStands(db, config, { personId: person, signedInAt: now, sessionId: id })),
  );
  return asked.length;
}

const globalWithMark = globalThis as typeof globalThis & { waybillAsksAboutSigners?: true };

/** Keeps asking, in the process that holds the sessions' secret, until it ends. */
export function keepAskingAboutSigners(): void {
  if (globalWithMark.waybillAsksAboutSigners) return;
  globalWithMark.waybillAsksAboutSigners = true;
  let busy = false;
  const look = async () => {
    if (busy) return;
    busy = true;
    await recheckSigners(getPool(), authConfig()).catch((error: unknown) => {
      logger.warn({ err: error }, "whoever signed cannot be asked about; trying on");
    });
    busy = false;
  };
  setInterval(() => void look(), everyMs).unref();
}
