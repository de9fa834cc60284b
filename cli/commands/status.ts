import { align, indent } from "@/cli/align";
import { apiPath } from "@/cli/api-client";
import type { Command, Invocation } from "@/cli/command";
import { EXIT } from "@/cli/exit-codes";
import { actorName, phaseWord } from "@/cli/promotion-lines";
import type { listBlocksOperation } from "@/lib/api/contract/digests";
import type { listHoldsOperation } from "@/lib/api/contract/environments";
import type { listProjectsOperation, matrixOperation } from "@/lib/api/contract/projects";
import type { listPromotionsOperation } from "@/lib/api/contract/promotions";
import type { AnswerBody } from "@/lib/api/operation";
import { shortDigest } from "@/lib/pipeline/release/digest";

type Row = AnswerBody<typeof matrixOperation>["items"][number];
type Cell = Row["cells"][number];
type Project = AnswerBody<typeof listProjectsOperation>["items"][number];
type Hold = AnswerBody<typeof listHoldsOperation>["items"][number];
type Block = AnswerBody<typeof listBlocksOperation>["items"][number];
type Open = AnswerBody<typeof listPromotionsOperation>["items"][number];

export const status: Command = {
  name: "status",
  about: "what runs where, what is held or blocked, what is under way",
  args: ["[PROJECT]"],
  options: {},
  async run(call) {
    const project = call.args.PROJECT;
    const rows = await everyPage<Row>(call, ["matrix"], { project, limit: "500" });
    const open = await everyPage<Open>(call, ["promotions"], { project, open: "true", limit: "100" });
    const holds = (await call.client.ask<{ items: Hold[] }>("GET", apiPath(["holds"], { project }))).body.items;
    const blocks = (await call.client.ask<{ items: Block[] }>("GET", apiPath(["blocks"], { project }))).body.items;
    const projects = (await call.client.ask<{ items: Project[] }>("GET", "/projects")).body.items;
    call.answer({ rows, holds, blocks, promotions: open });
    for (const one of projects) {
      if (project !== undefined && one.name !== project) continue;
      const mine = (item: { project: string }) => item.project === one.name;
      const stands = { rows: rows.filter(mine), holds: holds.filter(mine), blocks: blocks.filter(mine) };
      for (const line of describe(one, stands, open.filter(mine))) call.say(line);
    }
    if (projects.length === 0) call.say("there is no project that you may see");
    return EXIT.ok;
  },
};

async function everyPage<Item>(
  call: Invocation,
  parts: string[],
  query: Record<string, string | undefined>,
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const path = apiPath(parts, { ...query, cursor });
    const { body } = await call.client.ask<{ items: Item[]; next: string | null }>("GET", path);
    items.push(...body.items);
    cursor = body.next ?? undefined;
  } while (cursor !== undefined);
  return items;
}

interface Stands {
  rows: Row[];
  holds: Hold[];
  blocks: Block[];
}

function describe(project: Project, { rows, holds, blocks }: Stands, open: Open[]): string[] {
  const environments = project.environments.map((one) => one.name);
  const table = [
    ["", ...environments],
    ...rows.map(({ service, cells }) => [
      service,
      ...environments.map((name) => cellText(cells.find((cell) => cell.environment === name))),
    ]),
  ];
  return [
    project.name,
    ...indent(align(table)),
    ...rows.flatMap(({ service, cells }) => cells.flatMap((cell) => whyNotWell(service, cell))),
    ...holds.map(
      (one) => `held: ${one.environment ?? "every environment"}, by ${actorName(one.heldBy)}: ${one.reason}`,
    ),
    ...blocks.slice(0, shownBlocks).map(blockText),
    ...(blocks.length > shownBlocks ? [`${blocks.length - shownBlocks} more blocks, older; --json has them all`] : []),
    ...align(
      open.map((one) => [
        one.id,
        `${one.release} to ${one.environment}`,
        phaseWord(one.phase),
        `by ${actorName(one.requestedBy)}`,
      ]),
    ),
  ];
}

/** Candidates that failed long ago stay blocked; nobody asks for their status. */
const shownBlocks = 5;

function blockText({ id, project, environment, service, digest, reason }: Block): string {
  const lift = `waybill unblock ${project} ${id} --reason …`;
  return `blocked: ${service} ${shortDigest(digest)} in ${environment}: ${reason} (${lift})`;
}

function whyNotWell(service: string, { environment, health, healthReason }: Cell): string[] {
  return health === "healthy" || !healthReason ? [] : [`${service} in ${environment} is ${health}: ${healthReason}`];
}

function cellText(cell: Cell | undefined): string {
  if (!cell) return "-";
  const runs = cell.observed ? (cell.observed.version ?? shortDigest(cell.observed.digest)) : "nothing seen";
  return [runs, cell.health, ...(cell.drift ? ["drift"] : []), ...(cell.open ? [`(${cell.open.promotion})`] : [])].join(
    " ",
  );
}
