import { RateLimiterMemory } from "rate-limiter-flexible";
import { type Principal, personOf } from "@/lib/auth/principal";
import { TooManyRequests } from "@/lib/pipeline/errors";

/**
 * How much of a kind is taken within a minute: of one caller, and of everybody together (who is told apart by an address
 * may say any address). Far above what people and jobs do, far below what a flood is.
 */
export const limitsPerMinute = {
  signIn: { each: 120, all: 600 },
  /** A bearer token that counts for nothing. */
  badToken: { each: 60, all: 600 },
  /** Calls with one token. */
  tokenUse: { each: 3_000, all: undefined },
  createToken: { each: 20, all: undefined },
  /** An approval or a rejection, of one person by page and API together. */
  approve: { each: 60, all: undefined },
} as const satisfies Record<string, { each: number; all: number | undefined }>;

export type Limited = keyof typeof limitsPerMinute;

interface Limiters {
  each: RateLimiterMemory;
  all: RateLimiterMemory | undefined;
}

function limitersOf({ each, all }: { each: number; all: number | undefined }): Limiters {
  const minute = (points: number) => new RateLimiterMemory({ points, duration: 60 });
  return { each: minute(each), all: all === undefined ? undefined : minute(all) };
}

// Routes and actions are bundled apart: the process has one count.
const globalWithLimits = globalThis as typeof globalThis & { waybillLimits?: Record<Limited, Limiters> };

function limiters(kind: Limited): Limiters {
  globalWithLimits.waybillLimits ??= {
    signIn: limitersOf(limitsPerMinute.signIn),
    badToken: limitersOf(limitsPerMinute.badToken),
    tokenUse: limitersOf(limitsPerMinute.tokenUse),
    createToken: limitersOf(limitsPerMinute.createToken),
    approve: limitersOf(limitsPerMinute.approve),
  };
  return globalWithLimits.waybillLimits[kind];
}

/**
 * Counts one more of `kind` by `caller` (undefined where nobody can tell callers apart: then only all of them count).
 * Throws TooManyRequests, which says when the next one is taken. Counts are this process's own.
 */
export async function countAgainstLimit(kind: Limited, caller: string | undefined): Promise<void> {
  const { each, all } = limiters(kind);
  // Everybody's first: what is refused there leaves no trace of a caller, so that invented ones fill no memory.
  if (all !== undefined) await take(all, "all");
  if (caller !== undefined) await take(each, caller);
}

/** Throws TooManyRequests where `caller` has no more of `kind` left; counts nothing. */
export async function mustBeWithinLimit(kind: Limited, caller: string | undefined): Promise<void> {
  const { each, all } = limiters(kind);
  await look(all, "all");
  if (caller !== undefined) await look(each, caller);
}

/** The person who answers for it: of a token its owner, so that more tokens are not more. */
export function personCounted(principal: Principal): string {
  return personOf(principal).id;
}

/** The address a request says it comes from: the last one, which the nearest proxy, or the server itself, put there. */
export function addressOf(headers: Pick<Headers, "get">): string | undefined {
  const last = headers.get("x-forwarded-for")?.split(",").at(-1)?.trim().slice(0, 64);
  return last === "" ? undefined : last;
}

async function take(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refused) {
    if (refused instanceof Error) throw refused;
    throw tooMany((refused as { msBeforeNext: number }).msBeforeNext);
  }
}

async function look(limiter: RateLimiterMemory | undefined, key: string): Promise<void> {
  const stand = await limiter?.get(key);
  if (limiter && stand && stand.consumedPoints >= limiter.points) throw tooMany(stand.msBeforeNext);
}

function tooMany(ms: number): TooManyRequests {
  return new TooManyRequests(Math.max(1, Math.ceil(ms / 1000)));
}

/** Forgets every count; for tests. */
export function forgetCounts(): void {
  globalWithLimits.waybillLimits = undefined;
}
