import type { ApiClient } from "@/cli/api-client";

/** The process's surroundings, so that tests can stand in for them. */
export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  /** Where relative paths of the command line start. */
  folder: string;
  out(line: string): void;
  err(line: string): void;
  /** Text without a line break added: an export as it comes. */
  outRaw(text: string): void;
  readInput(): Promise<string>;
  pause(ms: number): Promise<void>;
  /** Milliseconds since 1970. */
  now(): number;
}

export interface Option {
  type: "string" | "boolean";
  short?: string;
  multiple?: boolean;
  /** What stands for the value in the help: ENV, FILE. */
  value?: string;
  about: string;
}

/** What a command runs with: its arguments by their names, options, a client, and a voice. */
export interface Invocation {
  /** Every argument as given; `many` takes what is left. */
  args: Record<string, string>;
  rest: string[];
  text(option: string): string | undefined;
  texts(option: string): string[];
  flag(option: string): boolean;
  /** The value of an option that the command cannot do without. Throws UsageError. */
  required(option: string): string;
  client: ApiClient;
  surroundings: Surroundings;
  json: boolean;
  /** A line for a person; nothing with --json. */
  say(line: string): void;
  /** A line for a person beside the result: always to standard error. */
  note(line: string): void;
  /** The answer as JSON; only with --json. */
  answer(value: unknown): void;
}

export interface Command {
  /** `promote`, or two words: `ledger export`. */
  name: string;
  about: string;
  /** Names of the arguments, in order: PROJECT; `[PROJECT]` may be left out; `SERVICE…` takes one or more. */
  args: readonly string[];
  options: Readonly<Record<string, Option>>;
  /** Further lines of its help. */
  more?: readonly string[];
  run(call: Invocation): Promise<number>;
}
