import { reportCheckOperation } from "@/lib/api/contract/checks";
import { answer, handle } from "@/lib/api/handle";
import { reportCheck } from "@/lib/commands/report-check";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const POST = handle(reportCheckOperation, async ({ principal, body }) => {
  const reported = await reportCheck(getEngine(), principal, body);
  if (reported.kind === "rejection") return reported;
  const { kind: _, created, ...told } = reported;
  return created ? answer(201, told) : answer(200, told);
});
