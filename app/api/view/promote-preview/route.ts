import { viewRoute } from "@/app/api/view/view-route";
import { previewSubject } from "@/components/promote/preview-address";
import { getPool } from "@/lib/db/pool";
import { freshEvidence } from "@/lib/engine/fresh-evidence";
import { loadPromotePreview } from "@/lib/queries/promote-preview";

export const GET = viewRoute(async (principal, url) => {
  const read = () =>
    loadPromotePreview(getPool(), principal, previewSubject(url.searchParams), new Date().toISOString());
  const view = await read();
  return view.kind === "preview" && (await freshEvidence(view.plan)) ? read() : view;
});
