import { z } from "zod";
import { type ApprovalConfig, approvalConfig } from "@/lib/pipeline/gates/approval-config";
import { type SoakConfig, soakConfig } from "@/lib/pipeline/gates/soak-config";
import type { UpstreamConfig } from "@/lib/pipeline/gates/upstream-config";
import { exactlyOne, exactlyOneSchema } from "@/lib/pipeline/policy/exactly-one";

/** A gate with its configuration. `upstream` is what `requires` says; the others are the items of `gates`. */
export type GateConfig =
  | ({ kind: "upstream" } & UpstreamConfig)
  | ({ kind: "approval" } & ApprovalConfig)
  | ({ kind: "soak" } & SoakConfig);

export type GateKind = GateConfig["kind"];

/** One item of `gates`: `{ approval: {…} }` or `{ soak: {…} }`. */
export const gateConfig = z
  .strictObject({ approval: approvalConfig.optional(), soak: soakConfig.optional() })
  .superRefine(exactlyOne("approval", "soak"))
  .transform((value): GateConfig => {
    if (value.approval !== undefined) return { kind: "approval", ...value.approval };
    // exactlyOne has passed by now, so the other one is there.
    return { kind: "soak", ...(value.soak as SoakConfig) };
  })
  .meta({ description: "one gate", ...exactlyOneSchema("approval", "soak") });
