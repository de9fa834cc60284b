import { planOperation } from "@/lib/api/contract/promotions";
import { answer, handle } from "@/lib/api/handle";
import { getEngine } from "@/lib/engine/compose";
import { freshEvidence } from "@/lib/engine/fresh-evidence";
import { readPreview } from "@/lib/queries/api/preview";

export const dynamic = "force-dynamic";

export const POST = handle(planOperation, async ({ principal, body }) => {
  const { pool, now } = getEngine();
  const { project, environment, release, services } = body;
  const subject =
    release === undefined ? { project, environment, services: services ?? [] } : { project, environment, release };
  const read = () => readPreview(pool, principal, subject, now());
  const first = await read();
  const preview = !("kind" in first) && (await freshEvidence(first.plan)) ? await read() : first;
  return "kind" in preview ? preview : answer(200, preview);
});
