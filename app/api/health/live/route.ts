import { healthResponse } from "@/app/api/health/health-response";
import { readSettings } from "@/lib/config/env";
import { getPool } from "@/lib/db/pool";
import { judgeLive, readHealth } from "@/lib/queries/health";

export const dynamic = "force-dynamic";

/** Does the work go on? See judgeLive. Open to everybody: it tells numbers and process ids, no names. */
export async function GET(): Promise<Response> {
  return healthResponse(judgeLive(readSettings(process.env).role, await readHealth(getPool())));
}
