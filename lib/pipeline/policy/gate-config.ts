import { z } from "zod";
import { approvalConfig } from "@/lib/pipeline/gates/approval-config";
import { checklistConfig } from "@/lib/pipeline/gates/checklist-config";
import { errorBudgetConfig } from "@/lib/pipeline/gates/error-budget-config";
import { freezeConfig } from "@/lib/pipeline/gates/freeze-config";
import { imageConfig } from "@/lib/pipeline/gates/image-config";
import { signatureConfig } from "@/lib/pipeline/gates/signature-config";
import { soakConfig } from "@/lib/pipeline/gates/soak-config";
import { testsConfig } from "@/lib/pipeline/gates/tests-config";
import type { UpstreamConfig } from "@/lib/pipeline/gates/upstream-config";
import { vulnerabilitiesConfig } from "@/lib/pipeline/gates/vulnerabilities-config";
import { webhookConfig } from "@/lib/pipeline/gates/webhook-config";
import { exactlyOne, exactlyOneSchema } from "@/lib/pipeline/policy/exactly-one";

/** Every kind of gate that a file may name in `gates`, with what it takes. One line a kind. */
const items = {
  approval: approvalConfig.optional(),
  soak: soakConfig.optional(),
  image: imageConfig.optional(),
  freeze: freezeConfig.optional(),
  errorBudget: errorBudgetConfig.optional(),
  vulnerabilities: vulnerabilitiesConfig.optional(),
  tests: testsConfig.optional(),
  webhook: webhookConfig.optional(),
  checklist: checklistConfig.optional(),
  signature: signatureConfig.optional(),
};

type Items = typeof items;
type ItemKind = keyof Items;
type Item<Kind extends ItemKind> = { kind: Kind; shadow?: true } & NonNullable<z.output<Items[Kind]>>;

/** A gate with its configuration. `upstream` is what `requires` says; the others are the items of `gates`. */
export type GateConfig =
  | ({ kind: "upstream"; shadow?: true } & UpstreamConfig)
  | { [K in ItemKind]: Item<K> }[ItemKind];

export type GateKind = GateConfig["kind"];

/** The kinds that an item of `gates` may be. */
export const itemKinds = Object.keys(items) as ItemKind[];

/** One item of `gates`: `{ approval: {…} }`, `{ soak: {…} }` …, and `shadow: true` beside it. */
export const gateConfig = z
  .strictObject({
    ...items,
    shadow: z
      .boolean()
      .optional()
      .meta({ description: "true: the gate is judged and recorded, and stops nothing, to try a rule before it bites" }),
  })
  .superRefine(exactlyOne(...itemKinds))
  .transform((value): GateConfig => {
    // exactlyOne has passed by now, so one of them is there.
    const kind = itemKinds.find((one) => value[one] !== undefined) as ItemKind;
    return { kind, ...value[kind], ...(value.shadow ? { shadow: true } : {}) } as GateConfig;
  })
  .meta({ description: "one gate", ...exactlyOneSchema(...itemKinds) });
