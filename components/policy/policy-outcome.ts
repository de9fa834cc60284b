import type { ActionDone } from "@/components/action/action-outcome";
import type { FieldError } from "@/components/policy/field-errors";
import type { PolicyView } from "@/lib/queries/policy";

/** What came of an edit: the text with its gates, or what is wrong with what was put in. */
export interface PolicyOutcome extends ActionDone {
  told: { kind: "edited"; text: string; policy: PolicyView } | { kind: "wrong"; errors: FieldError[] };
}
