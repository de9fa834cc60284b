import { healthResponse } from "@/app/api/health/health-response";
import { getPool } from "@/lib/db/pool";
import { judgeReady, readHealth } from "@/lib/queries/health";

export const dynamic = "force-dynamic";

/** Can this process answer? */
export async function GET(): Promise<Response> {
  return healthResponse(judgeReady(await readHealth(getPool())));
}
