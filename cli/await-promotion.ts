import { ApiProblem, apiPath } from "@/cli/api-client";
import type { Invocation } from "@/cli/command";
import { CommandError, EXIT, UsageError } from "@/cli/exit-codes";
import { exitCodeOf, type Promotion, standLines } from "@/cli/promotion-lines";
import { parseDuration } from "@/lib/pipeline/policy/duration";

const lookAgainMs = 1_000;
/** So many looks in a row may get no answer: a Waybill that is started again does not end a CI job. */
const missesMax = 30;

/** How long `--timeout` lets the caller wait, in milliseconds. Throws UsageError. */
export function timeoutOf(call: Invocation): number {
  const text = call.text("timeout") ?? "1h";
  const ms = parseDuration(text);
  if (ms === undefined) throw new UsageError(`--timeout is "${text}": expected a time such as 30m`);
  return ms;
}

/**
 * Looks at a promotion until it has ended, is stuck, or `timeoutMs` is over; says each phase once, and what it waits for
 * whenever that changes. Answers the exit code.
 */
export async function awaitPromotion(call: Invocation, first: Promotion, timeoutMs: number): Promise<number> {
  const { surroundings } = call;
  const until = surroundings.now() + timeoutMs;
  // Progress is not the answer: with --json it goes to standard error.
  const tell = call.json ? call.note : call.say;
  let told = "";
  let promotion = first;
  const look = patientLook(call);
  for (;;) {
    const lines = standLines(promotion);
    const news = lines.join("\n");
    if (news !== told) for (const line of lines) tell(line);
    told = news;
    if (promotion.ended || promotion.phase === "stuck") break;
    if (surroundings.now() >= until) {
      call.note(`${promotion.id} goes on without us: the time to wait is over`);
      break;
    }
    await surroundings.pause(lookAgainMs);
    promotion = (await look(promotion.id)) ?? promotion;
  }
  call.answer(promotion);
  return promotion.ended || promotion.phase === "stuck" ? exitCodeOf(promotion, true) : EXIT.waiting;
}

/** Looks at a promotion; undefined where nothing answers, and after too many of those in a row the error. */
function patientLook({ client, note }: Invocation): (id: string) => Promise<Promotion | undefined> {
  let misses = 0;
  return async (id) => {
    try {
      const { body } = await client.ask<Promotion>("GET", apiPath(["promotions", id]));
      misses = 0;
      return body;
    } catch (error) {
      const passing = error instanceof ApiProblem ? error.problem.status >= 500 : error instanceof CommandError;
      misses += 1;
      if (!passing || misses > missesMax) throw error;
      if (misses === 1) note(`${error instanceof Error ? error.message : String(error)}; looking again`);
      return undefined;
    }
  };
}
