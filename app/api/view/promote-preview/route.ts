import { viewRoute } from "@/app/api/view/view-route";
import { previewSubject } from "@/components/promote/preview-address";
import { getPool } from "@/lib/db/pool";
import { loadPromotePreview } from "@/lib/queries/promote-preview";

export const GET = viewRoute((principal, url) =>
  loadPromotePreview(getPool(), principal, previewSubject(url.searchParams), new Date().toISOString()),
);
