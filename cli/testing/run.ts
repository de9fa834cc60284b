import type { Surroundings } from "@/cli/command";
import { runCli } from "@/cli/run-cli";

export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** Runs a command line in this process. Pauses are short, so that waiting takes the time that the work takes. */
export async function runHere(
  args: readonly string[],
  env: Record<string, string | undefined>,
  over: Partial<Surroundings> = {},
): Promise<Ran> {
  let out = "";
  let err = "";
  const code = await runCli(args, {
    env,
    folder: process.cwd(),
    out: (line) => {
      out += `${line}\n`;
    },
    err: (line) => {
      err += `${line}\n`;
    },
    outRaw: (text) => {
      out += text;
    },
    readInput: async () => "",
    pause: () => new Promise((resolve) => setTimeout(resolve, 30)),
    now: () => Date.now(),
    ...over,
  });
  return { code, out, err };
}
