import { installationSettings } from "@/app/(console)/settings/installation/installation-settings";
import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { loadInstallation } from "@/lib/queries/installation";

export const GET = viewRoute((principal) =>
  loadInstallation(getPool(), principal, installationSettings(), new Date().toISOString()),
);
