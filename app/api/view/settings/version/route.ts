import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { InvalidInput } from "@/lib/pipeline/errors";
import { loadFileVersion } from "@/lib/queries/settings";

export const GET = viewRoute(async (principal, url) => {
  const version = Number(url.searchParams.get("version"));
  if (!Number.isInteger(version) || version < 1 || version > 2_147_483_647) {
    throw new InvalidInput([{ path: "version", message: "must be the number of a version, from 1" }]);
  }
  return loadFileVersion(getPool(), principal, url.searchParams.get("project") ?? "", version);
});
