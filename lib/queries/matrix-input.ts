import { z } from "zod";
import { parseInput } from "@/lib/pipeline/errors";

/** What the chips above the matrix leave; a service is kept where any of its environments fits. */
export const matrixShows = ["all", "canMove", "inFlight", "waiting", "stopped", "unhealthy", "drift"] as const;
export type MatrixShow = (typeof matrixShows)[number];

const names = z.array(z.string().min(1).max(63)).max(200);

export const matrixInput = z.strictObject({
  /** Place of the first service among all that match. */
  offset: z.int().min(0).max(10_000_000).default(0),
  /** Services at most. */
  limit: z.int().min(1).max(200).default(60),
  /** Part of a service's name or repository. */
  text: z.string().trim().max(100).default(""),
  show: z.enum(matrixShows).default("all"),
  /** Only cells of these environments; all where it is left out. */
  environments: names.optional(),
  /** Only these projects, as far as they may be seen. */
  projects: names.optional(),
});
export type MatrixInput = z.infer<typeof matrixInput>;

/** Reads `?offset=&limit=&text=&show=&environments=a,b&projects=a,b`. Throws InvalidInput for anything else. */
export function readMatrixInput(parameters: URLSearchParams): MatrixInput {
  const raw: Record<string, unknown> = {};
  for (const [key, value] of parameters) {
    if (key === "offset" || key === "limit") raw[key] = /^\d+$/.test(value) ? Number(value) : value;
    else if (key === "environments" || key === "projects") raw[key] = value.split(",").filter(Boolean);
    else raw[key] = value;
  }
  return parseInput(matrixInput, raw);
}
