import { cpus, totalmem } from "node:os";
import type { Row } from "@/bench/row";
import { type Bench, benches } from "./benches";

export type Outcome =
  | { kind: "measured"; name: string; seconds: number; rows: Row[] }
  | { kind: "failed"; name: string; reason: string };

const headings = ["bench", "what", "measured", "against", "ratio or figure", "aim", "met"];

/** The table's cells, a failed bench as one row of its own. */
export function toCells(outcomes: readonly Outcome[]): string[][] {
  return outcomes.flatMap((outcome) => {
    if (outcome.kind === "failed")
      return [[outcome.name, `could not run: ${outcome.reason}`, "", "", "", "", "failed"]];
    return outcome.rows.map((row) => [
      outcome.name,
      // A bench may name itself; the first column has said so.
      row.what.replace(`${outcome.name}: `, ""),
      row.measured,
      row.against,
      figureOf(row),
      row.aim,
      row.met ? "yes" : "no",
    ]);
  });
}

function figureOf({ ratio, figure }: Row): string {
  if (figure !== undefined) return figure;
  return ratio === undefined ? "—" : `${ratio.toFixed(2)} ×`;
}

/** The table in columns, for a terminal. */
export function toText(outcomes: readonly Outcome[]): string {
  const lines = [headings, ...toCells(outcomes)];
  const widths = headings.map((_, column) => Math.max(...lines.map((cells) => (cells[column] ?? "").length)));
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/**
 * docs/benchmarks.md: the table, when and on what it was measured, and how. `loads` are the machine's mean loads of a
 * minute before each bench began: what else it had to do.
 */
export function toMarkdown(outcomes: readonly Outcome[], at: Date, loads: readonly number[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `# Benchmarks

Written by \`npm run bench\`, which measures all of it anew. Each bench compares with a bare program that does the same work
in the same run on the same machine: the ratio says something about Waybill, the absolute times only about that machine.

Measured on ${at.toISOString().slice(0, 10)}: ${cpus().length} processor cores, ${gigabytes} GB of memory, ${process.platform}, Node ${process.versions.node}, the embedded
Postgres with its default durability. The load of the bench itself, Postgres, worker and sandbox share these cores. Before
the benches began, processes that ran or wanted to (mean of a minute, each bench's own predecessor included): ${loads.map((load) => load.toFixed(1)).join(", ")}.

${[line(headings), line(headings.map(() => "---")), ...toCells(outcomes).map(line)].join("\n")}

## How each is measured

${outcomes.map(({ name }) => `**${name}** (\`npm run bench -- ${name}\`): ${benchNamed(name).how}`).join("\n\n")}
`;
}

/** Throws for a name that no bench has. */
export function benchNamed(name: string): Bench {
  const found = benches.find((bench) => bench.name === name);
  if (!found)
    throw new Error(`there is no bench "${name}": there are ${benches.map((bench) => bench.name).join(", ")}`);
  return found;
}
