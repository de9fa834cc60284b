import { mustBeAbleTo } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import type { Queryable } from "@/lib/db/sql";
import { exportLedger } from "@/lib/ledger/export";
import type { LedgerEntry } from "@/lib/ledger/ledger-entry";
import { loadEntries, loadHead } from "@/lib/ledger/load";
import { instanceChain } from "@/lib/pipeline/instance-chain";
import { mustSeeProject } from "@/lib/queries/api/visible";

export interface LedgerPage {
  items: LedgerEntry[];
  /** `after` of the next page; null where the chain ends here. */
  next: number | null;
}

export interface HeadView {
  project: string;
  /** 0 where nothing was written yet. */
  seq: number;
  hash: string;
}

/** Entries behind number `after`, oldest first. */
export async function readLedger(
  db: Queryable,
  principal: Principal,
  project: string,
  page: { after: number; limit: number },
): Promise<LedgerPage> {
  await mustReadChain(db, principal, project);
  const items = await loadEntries(db, project, page);
  return { items, next: items.length === page.limit ? (items.at(-1)?.seq ?? null) : null };
}

/** Where the chain ends: what an export is verified against. */
export async function readLedgerHead(db: Queryable, principal: Principal, project: string): Promise<HeadView> {
  await mustReadChain(db, principal, project);
  const { seq, hash } = await loadHead(db, project);
  return { project, seq, hash };
}

/** The whole chain as JSON lines; authorizes before it answers, so that nothing was sent when it throws. */
export async function openLedgerExport(
  db: Queryable,
  principal: Principal,
  project: string,
): Promise<AsyncGenerator<string>> {
  await mustReadChain(db, principal, project);
  return exportLedger(db, project);
}

async function mustReadChain(db: Queryable, principal: Principal, project: string): Promise<void> {
  if (project === instanceChain) mustBeAbleTo(principal, "administer", { instance: true });
  else await mustSeeProject(db, principal, project);
}
