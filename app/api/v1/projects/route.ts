import { listProjectsOperation } from "@/lib/api/contract/projects";
import { answer, handle } from "@/lib/api/handle";
import { getPool } from "@/lib/db/pool";
import { listProjects } from "@/lib/queries/api/projects";

export const dynamic = "force-dynamic";

export const GET = handle(listProjectsOperation, async ({ principal }) =>
  answer(200, { items: await listProjects(getPool(), principal) }),
);
