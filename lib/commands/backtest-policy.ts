import { z } from "zod";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { applyDocumentsInput, type InvalidDocuments, readDocuments } from "@/lib/commands/apply-documents";
import type { CommandContext } from "@/lib/commands/context";
import type { ProjectPart } from "@/lib/commands/save-project";
import type { ParsedDocument } from "@/lib/config/parse";
import type { Queryable } from "@/lib/db/sql";
import { loadPastFacts } from "@/lib/facts/past/past-facts";
import { loadPastPromotions } from "@/lib/facts/past/past-promotions";
import { loadProject } from "@/lib/facts/project";
import { Backtest } from "@/lib/pipeline/backtest/backtest";
import type { BacktestResult } from "@/lib/pipeline/backtest/backtest-result";
import { type ReplayedPolicy, replayedPolicy } from "@/lib/pipeline/backtest/replayed-policy";
import { InvalidInput, parseInput } from "@/lib/pipeline/errors";
import { duration } from "@/lib/pipeline/policy/duration";
import { later } from "@/lib/pipeline/promotion/decision";

/** How many promotions are replayed at most, and how many are in memory at once. */
export const backtestLimitMax = 1_000;
const batchSize = 100;

export const backtestPolicyInput = z.strictObject({
  text: applyDocumentsInput.shape.text,
  project: z.string().min(1).max(63).optional(),
  environment: z.string().min(1).max(63).optional(),
  since: z
    .string()
    .refine((text) => duration.safeParse(text).success, "must be a duration from 1s to 366d, such as 90d")
    .default("90d"),
  limit: z.int().min(1).max(backtestLimitMax).default(500),
});

/**
 * What the gates of a project file would have done to the promotions that started since then: the newest of them, each
 * judged on the facts of the moment at which it started. Nothing is written; it takes the right to configure the project.
 */
export async function backtestPolicy(
  context: Pick<CommandContext, "pool" | "now">,
  principal: Principal,
  raw: unknown,
): Promise<({ kind: "backtest" } & BacktestResult) | InvalidDocuments> {
  const input = parseInput(backtestPolicyInput, raw);
  if (input.project !== undefined) mustBeAbleTo(principal, "configure", { project: input.project });
  const read = await readDocuments(context, principal, input.text);
  if (read.kind === "invalidDocuments") return read;
  const { name: project, project: document } = projectIn(read.documents, input.project);
  mustBeAbleTo(principal, "configure", { project });
  mustNameEnvironment(document, input.environment);
  const stored = await loadProject(context.pool, project);
  const policy = replayedPolicy(document, stored?.document, input.environment);
  const since = later(context.now(), -duration.parse(input.since));
  return { kind: "backtest", ...(await replay(context.pool, { project, policy, since, limit: input.limit })) };
}

function projectIn(documents: readonly ParsedDocument[], wanted: string | undefined): ProjectPart {
  const projects = documents.filter((one): one is ProjectPart => one.kind === "Project");
  const names = projects.map((one) => one.name).join(", ");
  const found = wanted === undefined ? projects : projects.filter((one) => one.name === wanted);
  const [first] = found;
  if (first && found.length === 1) return first;
  if (projects.length === 0)
    throw new InvalidInput([{ path: "text", message: "must hold a document of kind Project" }]);
  const message = wanted === undefined ? `must be one of ${names}: the file holds several` : `must be one of ${names}`;
  throw new InvalidInput([{ path: "project", message }]);
}

function mustNameEnvironment({ environments }: ProjectPart["project"], wanted: string | undefined): void {
  if (wanted === undefined || environments.some((one) => one.name === wanted)) return;
  const names = environments.map((one) => one.name).join(", ");
  throw new InvalidInput([{ path: "environment", message: `must be one of ${names}` }]);
}

interface Replay {
  project: string;
  policy: ReplayedPolicy;
  since: string;
  limit: number;
}

/** A batch after another, newest first: what is held in memory does not grow with the ledger. */
async function replay(db: Queryable, { project, policy, since, limit }: Replay): Promise<BacktestResult> {
  const backtest = new Backtest({ project, policy, since, limit });
  const environments = policy.environments.map((one) => one.name);
  let below: number | null = null;
  for (let left = limit; environments.length > 0; ) {
    const question = { project, environments, since, below, limit: Math.min(batchSize, left) };
    const page = await loadPastPromotions(db, question);
    const facts = await loadPastFacts(db, project, page.promotions);
    for (const past of page.promotions) backtest.add(past, facts.get(past.id) ?? {});
    left -= page.looked;
    below = page.below;
    if (!page.more) break;
    if (left === 0) return backtest.end(true);
  }
  return backtest.end(false);
}
