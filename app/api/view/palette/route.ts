import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { parseInput } from "@/lib/pipeline/errors";
import { paletteText, searchPalette } from "@/lib/queries/palette";

export const dynamic = "force-dynamic";

/** What `?text=` may mean, for the command palette. */
export const GET = viewRoute((principal, url) =>
  searchPalette(getPool(), principal, parseInput(paletteText, url.searchParams.get("text") ?? "")),
);
