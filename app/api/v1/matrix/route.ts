import { matrixOperation } from "@/lib/api/contract/projects";
import { answer, handle } from "@/lib/api/handle";
import { getPool } from "@/lib/db/pool";
import { readMatrixRows } from "@/lib/queries/api/matrix";

export const dynamic = "force-dynamic";

export const GET = handle(matrixOperation, async ({ principal, query }) =>
  answer(200, await readMatrixRows(getPool(), principal, query)),
);
