/** One thing that a gate's form asks for; `key` is its name in the file. Hints say what a value looks like. */
export type Field =
  | { kind: "text" | "number"; key: string; label: string; hint?: string; required?: true }
  /** One of the project's own names. */
  | { kind: "name"; of: "environments" | "slos"; key: string; label: string }
  /** Any of them. */
  | { kind: "names"; of: "environments"; key: string; label: string }
  /** True or left out. */
  | { kind: "flag"; key: string; label: string; hint?: string }
  /** A list, an entry a line. */
  | { kind: "lines"; key: string; label: string; hint?: string; required?: true }
  /** Any of these; `usual` are those that count where the file does not say. */
  | { kind: "some"; key: string; label: string; options: Record<string, string>; usual: string[]; hint?: string }
  /** A list of things with fields of their own; one with nothing but `short` is a text in the file. */
  | { kind: "items"; key: string; label: string; one: string; fields: readonly Field[]; short?: string }
  /** One way or another: each has its own keys. */
  | { kind: "either"; label: string; ways: readonly Way[] };

export interface Way {
  label: string;
  fields: readonly Field[];
}

/** The keys that a field writes. */
export function keysOf(field: Field): string[] {
  return field.kind === "either" ? field.ways.flatMap((way) => way.fields.flatMap(keysOf)) : [field.key];
}
