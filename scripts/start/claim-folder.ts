import { link, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { errorCode } from "@/lib/db/database-error";
import { identifyProcess, isRunning, type ProcessIdentity } from "@/lib/db/embedded/process-identity";

const CLAIM = /^claim-(\d+)$/;

interface Claim {
  number: number;
  owner: ProcessIdentity;
}

/**
 * Claims a folder for this process for as long as it runs; nothing has to be given back. Of several processes that try
 * at once exactly one gets `undefined`, the others get whose it is.
 */
export async function claimFolder(folder: string): Promise<ProcessIdentity | undefined> {
  const me = identifyProcess(process.pid) ?? { pid: process.pid, startedAt: "" };
  const mine = path.join(folder, `claim.${me.pid}`);
  await writeFile(mine, JSON.stringify(me), { mode: 0o600 });
  try {
    for (;;) {
      const last = await lastClaim(folder);
      if (last !== undefined && last.owner.pid !== me.pid && isRunning(last.owner)) return last.owner;
      const number = (last?.number ?? 0) + 1;
      if (!(await linked(mine, claimFile(folder, number)))) continue;
      // A slow one may link a number that was used and cleared away meanwhile: then a higher one stands there.
      if ((await numbersIn(folder)).some((other) => other > number)) {
        await rm(claimFile(folder, number), { force: true });
        continue;
      }
      await clearBelow(folder, number);
      return undefined;
    }
  } finally {
    await rm(mine, { force: true });
  }
}

async function lastClaim(folder: string): Promise<Claim | undefined> {
  for (;;) {
    const number = Math.max(0, ...(await numbersIn(folder)));
    if (number === 0) return undefined;
    try {
      return { number, owner: JSON.parse(await readFile(claimFile(folder, number), "utf8")) as ProcessIdentity };
    } catch (error) {
      // Whoever claimed after it cleared it away; what cannot be read as a claim is nobody's.
      if (errorCode(error) !== "ENOENT") return { number, owner: { pid: 0, startedAt: "unreadable" } };
    }
  }
}

/** A link, unlike a file that is written, has its contents from its first moment, and is refused where one stands. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function clearBelow(folder: string, number: number): Promise<void> {
  for (const old of await numbersIn(folder)) {
    if (old < number) await rm(claimFile(folder, old), { force: true });
  }
}

async function numbersIn(folder: string): Promise<number[]> {
  return (await readdir(folder)).flatMap((name) => Number(CLAIM.exec(name)?.[1] ?? 0) || []);
}

function claimFile(folder: string, number: number): string {
  return path.join(folder, `claim-${number}`);
}
