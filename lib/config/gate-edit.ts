import { z } from "zod";
import type { JsonValue } from "@/lib/config/yaml-source";

const environment = z.string().min(1).max(63);
const place = z.int().min(0).max(49);
/** An item of `gates` as the file has it: `{ soak: { in: staging, for: 2h }, shadow: true }`. */
const item = z.record(z.string().max(100), z.json());

/** One change of the gates of an environment, as a person makes it in a form. Places count from 0. */
export const gateEdit = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("add"), environment, item }),
  z.strictObject({ kind: z.literal("replace"), environment, place, item }),
  z.strictObject({ kind: z.literal("remove"), environment, place }),
  z.strictObject({ kind: z.literal("move"), environment, place, to: place }),
  /** What must have succeeded before; null takes it away. */
  z.strictObject({
    kind: z.literal("require"),
    environment,
    requires: z.record(z.string().max(100), z.json()).nullable(),
  }),
]);
export type GateEdit = z.infer<typeof gateEdit>;

/** The parts of an environment's block that an edit may change. */
export interface EnvironmentSource {
  requires?: JsonValue;
  gates?: JsonValue[];
}

/** What an environment's block says after the edit; undefined where it has no such place. */
export function editedEnvironment<Source extends EnvironmentSource>(
  before: Source,
  edit: GateEdit,
): Source | undefined {
  const gates = before.gates ?? [];
  if ("place" in edit && edit.place >= gates.length) return undefined;
  switch (edit.kind) {
    case "add":
      return { ...before, gates: [...gates, edit.item as JsonValue] };
    case "replace":
      return { ...before, gates: gates.with(edit.place, edit.item as JsonValue) };
    case "remove":
      return { ...before, gates: gates.toSpliced(edit.place, 1) };
    case "move": {
      const [moved] = gates.slice(edit.place, edit.place + 1);
      if (moved === undefined || edit.to >= gates.length) return undefined;
      return { ...before, gates: gates.toSpliced(edit.place, 1).toSpliced(edit.to, 0, moved) };
    }
    case "require": {
      const { requires: _, ...rest } = before;
      return (edit.requires === null ? rest : { ...before, requires: edit.requires as JsonValue }) as Source;
    }
    default:
      return edit satisfies never;
  }
}
