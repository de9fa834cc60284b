/** What is wrong with one value: where below the form, the value, and what may stand there. */
export interface FieldError {
  /** `deny[0].rrule`; undefined where it is wrong somewhere else in the file. */
  field?: string;
  path: string;
  message: string;
  allowed: string;
  value?: string;
}

/** `("3w") is not a duration; allowed: 90s, 15m …`. */
export function errorWords({ message, allowed, value }: FieldError): string {
  return `${value === undefined ? "" : `${value} `}${message}; allowed: ${allowed}`;
}

/** Whether an error is about the value at `path` or something in it. */
export function isAt({ field }: FieldError, path: string): boolean {
  return field !== undefined && (field === path || field.startsWith(`${path}.`) || field.startsWith(`${path}[`));
}

/** What is wrong at a path or within it, in one text; undefined where nothing is. */
export function errorAt(errors: readonly FieldError[], path: string): string | undefined {
  return wordsOf(errors.filter((one) => isAt(one, path)));
}

/** The same of what has fields of its own, which say what is wrong with them. */
export function errorExactlyAt(errors: readonly FieldError[], path: string): string | undefined {
  return wordsOf(errors.filter((one) => one.field === path));
}

function wordsOf(found: readonly FieldError[]): string | undefined {
  return found.length === 0 ? undefined : found.map(errorWords).join(". ");
}

/** Errors that no field of the form shows: about the gate as a whole, or another part of the file. */
export function errorsBeside(errors: readonly FieldError[], paths: readonly string[]): FieldError[] {
  return errors.filter((one) => !paths.some((path) => isAt(one, path)));
}
