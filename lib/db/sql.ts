/** What a statement may carry beside its text. Objects are refused: say `json(value)` and cast it, so that it is seen. */
export type SqlValue =
  | string
  | number
  | bigint
  | boolean
  | Date
  | null
  | readonly string[]
  | readonly number[]
  | Uint8Array;

/** A statement, or a piece of one: text only ever comes from source code, everything else is a parameter. */
export class Sql {
  private built: string | undefined;

  constructor(
    readonly strings: readonly string[],
    readonly values: readonly SqlValue[],
    /** Prepared once a connection under this name; only for statements whose text never varies. */
    readonly name?: string,
  ) {}

  /** The text with `$1`, `$2`, … in the places of its values. */
  get text(): string {
    this.built ??= this.strings.reduce((text, string, index) => `${text}$${index}${string}`);
    return this.built;
  }
}

/** What runs statements: a pool, or a transaction. Rows carry the names the SQL gives them. */
export interface Queryable {
  query<Row extends object>(statement: Sql): Promise<Row[]>;
  /** Answers how many rows were changed. */
  execute(statement: Sql): Promise<number>;
}

/**
 * A statement from a template. Values become parameters; an `Sql` inside becomes part of the text, with its own
 * parameters. Throws for `undefined`, which Postgres would take for null.
 */
export function sql(template: TemplateStringsArray, ...parts: readonly (SqlValue | Sql)[]): Sql {
  const strings = [template[0] ?? ""];
  const values: SqlValue[] = [];
  parts.forEach((part, index) => {
    const after = template[index + 1] ?? "";
    if (part instanceof Sql) {
      strings.push(...appendTo(strings, part.strings));
      values.push(...part.values);
      strings.push((strings.pop() ?? "") + after);
    } else {
      if (part === undefined)
        throw new TypeError(`value ${index + 1} of the statement "${template.join("?")}" is undefined`);
      values.push(part);
      strings.push(after);
    }
  });
  return new Sql(strings, values);
}

/** Joins the first string of `more` to the last one of `strings`, in place, and answers the rest of `more`. */
function appendTo(strings: string[], more: readonly string[]): readonly string[] {
  strings.push((strings.pop() ?? "") + (more[0] ?? ""));
  return more.slice(1);
}

/** A piece without text, for a condition that is not there. */
sql.empty = new Sql([""], []);

/** The pieces one after another with a separator from source code (`", "`, `" and "`) between them. */
sql.join = (parts: readonly Sql[], separator: string): Sql => {
  const strings = [""];
  const values: SqlValue[] = [];
  parts.forEach((part, index) => {
    if (index > 0) appendTo(strings, [separator]);
    strings.push(...appendTo(strings, part.strings));
    values.push(...part.values);
  });
  return new Sql(strings, values);
};

/** The same statement, parsed and planned once a connection. */
export function prepared(name: string, statement: Sql): Sql {
  return new Sql(statement.strings, statement.values, name);
}

/** JSON text for a `json` or `jsonb` parameter: write `${json(value)}::jsonb`. Throws for what JSON cannot say. */
export function json(value: unknown): string {
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`a ${typeof value} has no form in JSON`);
  return text;
}
