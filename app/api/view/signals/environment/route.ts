import type { z } from "zod";
import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { type environmentSignalsInput, loadEnvironmentSignals } from "@/lib/queries/environment-signals";

export const dynamic = "force-dynamic";

export const GET = viewRoute((principal, url) => {
  // What is not allowed, the query's own schema says.
  const input = Object.fromEntries(url.searchParams) as z.input<typeof environmentSignalsInput>;
  return loadEnvironmentSignals(getPool(), principal, input, new Date().toISOString());
});
