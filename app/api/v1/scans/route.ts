import { recordScanOperation } from "@/lib/api/contract/scans";
import { answer, handle } from "@/lib/api/handle";
import { recordScan } from "@/lib/commands/record-scan";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const POST = handle(recordScanOperation, async ({ principal, body }) => {
  const recorded = await recordScan(getEngine(), principal, body);
  if (recorded.kind === "rejection") return recorded;
  const { kind: _, created, ...told } = recorded;
  return created ? answer(201, told) : answer(200, told);
});
