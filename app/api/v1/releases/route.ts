import { announceOperation, listReleasesOperation } from "@/lib/api/contract/releases";
import { answer, handle } from "@/lib/api/handle";
import { announceRelease } from "@/lib/commands/announce-release";
import { getPool } from "@/lib/db/pool";
import { getEngine } from "@/lib/engine/compose";
import { listReleases } from "@/lib/queries/api/releases";

export const dynamic = "force-dynamic";

export const POST = handle(announceOperation, async ({ principal, body }) => {
  const announced = await announceRelease(getEngine(), principal, body);
  if (announced.kind === "rejection") return announced;
  const { key, version, artifacts, created } = announced;
  const told = { key, version, artifacts };
  if (!created) return answer(200, told);
  const at = `/api/v1/releases/${encodeURIComponent(body.project)}/${encodeURIComponent(key)}`;
  return answer(201, told, { location: at });
});

export const GET = handle(listReleasesOperation, async ({ principal, query }) =>
  answer(200, await listReleases(getPool(), principal, query)),
);
