import { readReleaseOperation } from "@/lib/api/contract/releases";
import { answer, handle } from "@/lib/api/handle";
import { getPool } from "@/lib/db/pool";
import { readRelease } from "@/lib/queries/api/releases";

export const dynamic = "force-dynamic";

export const GET = handle(readReleaseOperation, async ({ principal, params }) =>
  answer(200, await readRelease(getPool(), principal, params.project, params.key)),
);
