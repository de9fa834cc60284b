import { type ParseArgsConfig, parseArgs } from "node:util";
import { ApiClient, ApiProblem } from "@/cli/api-client";
import type { Command, Invocation, Surroundings } from "@/cli/command";
import { commands } from "@/cli/commands";
import { CommandError, EXIT, UsageError } from "@/cli/exit-codes";
import { commandHelp, usageOf, wholeHelp } from "@/cli/help";

/** Runs a command line; answers the exit code. Never throws: whatever happens is one line on standard error. */
export async function runCli(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const json = argv.includes("--json");
  try {
    return await run(argv, surroundings);
  } catch (error) {
    return tell(error, surroundings, json);
  }
}

async function run(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const command = findCommand(argv);
  if (!command) {
    const asked = argv[0];
    if (asked === undefined || asked === "help" || asked === "--help" || asked === "-h") {
      for (const line of wholeHelp(commands)) surroundings.out(line);
      return asked === undefined ? EXIT.usage : EXIT.ok;
    }
    throw new UsageError(unknownCommand(argv));
  }
  const given = argv.slice(command.name.split(" ").length);
  if (given.includes("--help") || given.includes("-h")) {
    for (const line of commandHelp(command)) surroundings.out(line);
    return EXIT.ok;
  }
  return await command.run(invocation(command, given, surroundings));
}

function findCommand(argv: readonly string[]): Command | undefined {
  return commands.find((command) => command.name.split(" ").every((word, at) => argv[at] === word));
}

function unknownCommand(argv: readonly string[]): string {
  const [first = ""] = argv;
  const group = commands.filter((command) => command.name.startsWith(`${first} `));
  if (group.length > 0) return `expected ${group.map((command) => command.name).join(", ")}`;
  return `there is no command "${first}"; waybill --help lists them`;
}

function invocation(command: Command, given: readonly string[], surroundings: Surroundings): Invocation {
  const { values, positionals } = parse(command, given);
  const { args, rest } = nameArguments(command, positionals);
  const texts = (option: string) => [values[option] ?? []].flat().filter((value) => typeof value === "string");
  const json = values.json === true;
  const { env } = surroundings;
  let client: ApiClient | undefined;
  return {
    args,
    rest,
    text: (option) => texts(option)[0],
    texts,
    flag: (option) => values[option] === true,
    required: (option) => {
      const [value] = texts(option);
      if (value === undefined) throw new UsageError(`--${option} is missing\nUsage: ${usageOf(command)}`);
      return value;
    },
    // Made at first use: what is done locally needs no server.
    get client() {
      client ??= new ApiClient(env.WAYBILL_URL || "http://127.0.0.1:3000", env.WAYBILL_TOKEN || undefined);
      return client;
    },
    surroundings,
    json,
    say: (line) => (json ? undefined : surroundings.out(line)),
    note: (line) => surroundings.err(line),
    answer: (value) => (json ? surroundings.out(JSON.stringify(value, undefined, 2)) : undefined),
  };
}

function parse(command: Command, given: readonly string[]) {
  const options: NonNullable<ParseArgsConfig["options"]> = { json: { type: "boolean" } };
  for (const [name, { type, short, multiple }] of Object.entries(command.options)) {
    options[name] = { type, ...(short ? { short } : {}), ...(multiple ? { multiple } : {}) };
  }
  try {
    return parseArgs({ args: [...given], allowPositionals: true, strict: true, options });
  } catch (error) {
    const [said = ""] = (error instanceof Error ? error.message : String(error)).split(". To specify");
    throw new UsageError(`${said}\nUsage: ${usageOf(command)}`);
  }
}

function nameArguments(command: Command, positionals: string[]): Pick<Invocation, "args" | "rest"> {
  const args: Record<string, string> = {};
  const left = [...positionals];
  for (const name of command.args) {
    if (name.endsWith("…")) {
      if (left.length === 0) throw new UsageError(`${name} is missing\nUsage: ${usageOf(command)}`);
      return { args, rest: left };
    }
    const value = left.shift();
    if (value !== undefined) args[name.replace(/^\[|\]$/g, "")] = value;
    else if (!name.startsWith("[")) throw new UsageError(`${name} is missing\nUsage: ${usageOf(command)}`);
  }
  if (left.length > 0) throw new UsageError(`"${left[0]}" is too much\nUsage: ${usageOf(command)}`);
  return { args, rest: [] };
}

function tell(error: unknown, { out, err }: Surroundings, json: boolean): number {
  if (error instanceof UsageError) {
    err(error.message);
    return EXIT.usage;
  }
  if (error instanceof ApiProblem) {
    const { code, detail, issues, promotion, reference } = error.problem;
    err(`${code}: ${detail}`);
    for (const issue of issues ?? []) {
      const place = issue.line === undefined ? "" : `${issue.line}:${issue.column}: `;
      err(`  ${place}${issue.path === "" ? "" : `${issue.path} `}${issue.message}`);
    }
    if (promotion !== undefined && !detail.includes(promotion)) err(`  see ${promotion}`);
    if (reference !== undefined && !detail.includes(reference)) err(`  logged as ${reference}`);
    if (json) out(JSON.stringify(error.problem, undefined, 2));
    return error.exitCode;
  }
  if (error instanceof CommandError) {
    err(error.message);
    return error.exitCode;
  }
  err(`this went wrong: ${error instanceof Error ? error.message : String(error)}`);
  return EXIT.failed;
}
