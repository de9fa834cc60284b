import { setTimeout as pause } from "node:timers/promises";
import { runCli } from "@/cli/run-cli";

async function readInput(): Promise<string> {
  let text = "";
  process.stdin.setEncoding("utf8");
  for await (const chunk of process.stdin) text += chunk;
  return text;
}

// A reader that hangs up, such as `| head`, is no error.
process.stdout.on("error", () => process.exit(0));

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  // npm changes the working folder to the repository's and says where it was called.
  folder: process.env.INIT_CWD ?? process.cwd(),
  out: (line) => console.log(line),
  err: (line) => console.error(line),
  outRaw: (text) => process.stdout.write(text),
  readInput,
  pause: (ms) => pause(ms),
  now: () => Date.now(),
});
