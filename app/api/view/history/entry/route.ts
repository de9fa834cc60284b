import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { InvalidInput } from "@/lib/pipeline/errors";
import { loadEntry } from "@/lib/queries/history";

export const GET = viewRoute(async (principal, url) => {
  const number = Number(url.searchParams.get("seq"));
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new InvalidInput([{ path: "seq", message: "must be the number of an entry, from 1" }]);
  }
  return loadEntry(getPool(), principal, url.searchParams.get("project") ?? "", number);
});
