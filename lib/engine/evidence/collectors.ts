import { askCanaryGrounds } from "@/lib/engine/evidence/canary-grounds";
import { askErrorBudgets } from "@/lib/engine/evidence/error-budgets";
import type { Collector } from "@/lib/engine/evidence/question";
import { collectScans } from "@/lib/engine/evidence/scans";
import { collectSignatures } from "@/lib/engine/evidence/signatures";
import { askWebhooks } from "@/lib/engine/evidence/webhooks";

/** One for each kind of gate that asks outside systems, and one for the places where canaries are to stand. */
export const collectors: readonly Collector[] = [
  askCanaryGrounds,
  askErrorBudgets,
  collectScans,
  collectSignatures,
  askWebhooks,
];
