import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { loadConnectionsView } from "@/lib/queries/settings";

export const GET = viewRoute((principal) => loadConnectionsView(getPool(), principal, new Date().toISOString()));
