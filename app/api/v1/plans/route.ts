import { planOperation } from "@/lib/api/contract/promotions";
import { answer, handle } from "@/lib/api/handle";
import { getEngine } from "@/lib/engine/compose";
import { freshEvidence } from "@/lib/engine/fresh-evidence";
import { readPreview } from "@/lib/queries/api/preview";

export const dynamic = "force-dynamic";

export const POST = handle(planOperation, async ({ principal, body }) => {
  const { pool, now } = getEngine();
  const { release, services, ...asked } = body;
  const subject = release === undefined ? { ...asked, services: services ?? [] } : { ...asked, release };
  const read = () => readPreview(pool, principal, subject, now());
  const first = await read();
  const preview = !("kind" in first) && (await freshEvidence(first.plan)) ? await read() : first;
  return "kind" in preview ? preview : answer(200, preview);
});
