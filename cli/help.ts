import { align, indent } from "@/cli/align";
import type { Command, Option } from "@/cli/command";

/** `waybill promote PROJECT RELEASE --to ENV [options]`. */
export function usageOf(command: Command): string {
  const required = Object.entries(command.options)
    .filter(([, option]) => option.about.startsWith("required"))
    .map(([name, option]) => `--${name} ${option.value ?? ""}`.trimEnd());
  return ["waybill", command.name, ...command.args, ...required, "[options]"].join(" ");
}

export function commandHelp(command: Command): string[] {
  const options = Object.entries(command.options).map(([name, option]) => [nameOf(name, option), option.about]);
  return [
    command.about,
    "",
    `Usage: ${usageOf(command)}`,
    "",
    ...indent(align([...options, ["    --json", "the answer as JSON"], ["-h, --help", "this text"]])),
    ...(command.more ? ["", ...command.more] : []),
  ];
}

function nameOf(name: string, { short, value }: Option): string {
  return `${short ? `-${short}, ` : "    "}--${name}${value ? ` ${value}` : ""}`;
}

export function wholeHelp(commands: readonly Command[]): string[] {
  return [
    "waybill: a client of Waybill, for people and CI jobs",
    "",
    "Usage: waybill COMMAND … (npm run waybill -- COMMAND …)",
    "",
    ...indent(align(commands.map((command) => [`${command.name} ${command.args.join(" ")}`.trimEnd(), command.about]))),
    "",
    "Every command takes --json and --help. Settings:",
    ...indent(
      align([
        ["WAYBILL_URL", "where Waybill answers; http://127.0.0.1:3000 unless told"],
        ["WAYBILL_TOKEN", "a token, wb_…"],
      ]),
    ),
    "Exit codes: 0 done, 1 failed or refused, 2 usage, 3 waiting, 4 rolled back or failed (--wait), 5 no answer or no valid token",
  ];
}
