import { json, sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import { collectors } from "@/lib/engine/evidence/collectors";
import type { Collector, Question, Subject } from "@/lib/engine/evidence/question";
import { ExternalError } from "@/lib/ports/external-error";

/** So many questions of one plan are under way at once. */
const parallel = 4;

/** Whether a gate of these plans wants to know something from outside. Asks nobody. */
export function needsEvidence(subjects: readonly Subject[]): boolean {
  return subjects.some((subject) => collectors.some((collect) => collect(subject).length > 0));
}

/**
 * Asks outside systems what the gates of these plans want to know and nobody has asked lately, and keeps the answers for
 * whoever evaluates next. A system that does not answer is kept as trouble: the gate says unknown. Questions that plans
 * share are asked once. One call is bounded by the engine's callMs, and none begins after `withinMs`: what was not asked
 * by then is asked at the next look. Answers whether anything was asked. Never inside a transaction.
 */
export async function collectEvidence(
  engine: Engine,
  subjects: readonly Subject[],
  withinMs = engine.leaseMs / 3,
  asking: readonly Collector[] = collectors,
): Promise<boolean> {
  const questions = new Map<string, Named>();
  for (const subject of subjects) {
    for (const question of asking.flatMap((collect) => collect(subject))) {
      const { project } = subject.plan;
      questions.set(`${project} ${question.kind} ${question.key}`, { project, question });
    }
  }
  if (questions.size === 0) return false;
  const waiting = await leaveOutFresh(engine, [...questions.values()]);
  if (waiting.length === 0) return false;
  const until = performance.now() + withinMs;
  const one = async () => {
    for (let next = waiting.pop(); next && performance.now() < until; next = waiting.pop()) {
      await askOne(engine, next.project, next.question);
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, waiting.length) }, one));
  return true;
}

type Named = { project: string; question: Question };

async function leaveOutFresh(engine: Engine, questions: Named[]): Promise<Named[]> {
  const names = questions.map(({ project, question: { kind, key } }) => ({ project, kind, key }));
  const rows = await engine.pool.query<Known>(
    sql`select o.project, o.kind, o.key, o.value, o.trouble is not null as trouble, o.observed_at as at
          from outside_evidence o
          join jsonb_to_recordset(${json(names)}::jsonb) as q (project text, kind text, key text)
            on q.project = o.project and q.kind = o.kind and q.key = o.key`,
  );
  const known = new Map(rows.map((row) => [`${row.project} ${row.kind} ${row.key}`, row]));
  const now = Date.parse(engine.now());
  return questions.filter(({ project, question: { kind, key, freshMs } }) => {
    const row = known.get(`${project} ${kind} ${key}`);
    // Trouble may pass at any moment: it is asked about as often as what changes.
    if (row === undefined) return true;
    const keepMs = row.trouble ? troubleMs : typeof freshMs === "number" ? freshMs : freshMs(row.value);
    return now - Date.parse(row.at) >= keepMs;
  });
}

const troubleMs = 15_000;

interface Known {
  project: string;
  kind: string;
  key: string;
  value: unknown;
  trouble: boolean;
  at: string;
}

async function askOne(engine: Engine, project: string, { kind, key, ask }: Question): Promise<void> {
  let value: unknown;
  let trouble: string | null = null;
  try {
    value = await ask(engine.world, AbortSignal.timeout(engine.callMs));
  } catch (error) {
    if (!(error instanceof ExternalError)) throw error;
    trouble = error.message.slice(0, 500).toWellFormed();
    engine.log("warn", "an outside system did not answer a gate's question", {
      ...{ project, kind, key, system: error.system, code: error.code },
    });
  }
  const at = engine.now();
  await engine.pool.execute(
    sql`insert into outside_evidence (project, kind, key, value, trouble, observed_at)
        values (${project}, ${kind}, ${key}, ${trouble === null ? json(value) : null}::jsonb, ${trouble}, ${at})
        on conflict (project, kind, key) do update
           set value = excluded.value, trouble = excluded.trouble, observed_at = excluded.observed_at
         where outside_evidence.observed_at <= excluded.observed_at`,
  );
}
