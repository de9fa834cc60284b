import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Surroundings } from "@/cli/command";
import { CommandError, EXIT } from "@/cli/exit-codes";

/** The text of a file that the command line names; `-` is standard input. Throws a CommandError. */
export async function inputText(file: string, { folder, readInput }: Surroundings): Promise<string> {
  if (file === "-") return readInput();
  try {
    return await readFile(path.resolve(folder, file), "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw new CommandError(`${file} cannot be read (${code})`, EXIT.usage);
  }
}
