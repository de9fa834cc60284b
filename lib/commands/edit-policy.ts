import { z } from "zod";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { applyDocumentsInput, readDocuments } from "@/lib/commands/apply-documents";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import type { DocumentError } from "@/lib/config/document-error";
import { editGatesText } from "@/lib/config/edit-gates-text";
import { type GateEdit, gateEdit } from "@/lib/config/gate-edit";
import { policyInText } from "@/lib/config/policy-in-text";
import { parseInput } from "@/lib/pipeline/errors";

export const editPolicyInput = z.strictObject({
  text: applyDocumentsInput.shape.text,
  project: z.string().min(1).max(63),
  edit: gateEdit,
});

/** What is wrong with what was put into a form. */
export interface GateError extends Pick<DocumentError, "message" | "allowed" | "value"> {
  /** Below the gate's own configuration: `from[0]`; undefined where it is wrong somewhere else in the file. */
  field?: string;
  /** In the whole file: `spec.environments[1].gates[0].approval.from[0]`. */
  path: string;
}

export type EditedPolicy =
  | { kind: "policyEdited"; project: string; text: string }
  | { kind: "gateErrors"; errors: GateError[] };

/**
 * A project file's text after one edit of its gates, where that is valid by the same rules as applying it; else what is
 * wrong, by field. Nothing is stored: the text is applied, or proposed, like any other.
 */
export async function editPolicy(
  context: Pick<CommandContext, "pool">,
  principal: Principal,
  raw: unknown,
): Promise<EditedPolicy | Refusal> {
  const { text, project, edit } = parseInput(editPolicyInput, raw);
  mustBeAbleTo(principal, "configure", { project });
  const edited = editGatesText(text, project, edit);
  if (edited.kind === "notThere") {
    return { kind: "rejection", code: "notThere", message: "the file has no such gate any more: look at it again" };
  }
  if (edited.kind === "byHandOnly") {
    const message =
      "the text says this in a way that a form cannot keep, such as an anchor: change it under Project file";
    return { kind: "rejection", code: "byHandOnly", message };
  }
  const read = await readDocuments(context, principal, edited.text);
  if (read.kind === "documents") return { kind: "policyEdited", project, text: edited.text };
  const before = fieldsBefore(text, project, edit);
  return { kind: "gateErrors", errors: read.errors.map((error) => gateError(error, before)) };
}

function gateError({ path, message, allowed, value }: DocumentError, before: string | undefined): GateError {
  const told = { path, message, allowed, ...(value === undefined ? {} : { value }) };
  if (before === undefined || !path.startsWith(before)) return told;
  const rest = path.slice(before.length);
  // `gates[1]` begins like `gates[10]`, and an item's own kind is not a field of the form.
  if (rest !== "" && !rest.startsWith(".") && !rest.startsWith("[")) return told;
  return { ...told, field: rest.replace(/^\./, "") };
}

/** The path of the configuration that the form shows; undefined where the edit is about no one gate. */
function fieldsBefore(text: string, project: string, edit: GateEdit): string | undefined {
  const environments = policyInText(text, project)?.environments ?? [];
  const index = environments.findIndex((one) => one.name === edit.environment);
  const base = `spec.environments[${index}]`;
  if (edit.kind === "require") return `${base}.requires`;
  if (edit.kind !== "add" && edit.kind !== "replace") return undefined;
  const place = edit.kind === "add" ? (environments[index]?.gates.length ?? 0) : edit.place;
  const kind = Object.keys(edit.item).find((key) => key !== "shadow") ?? "";
  return `${base}.gates[${place}].${kind}`;
}
