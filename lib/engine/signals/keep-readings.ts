import { json, sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import { announceChange } from "@/lib/ledger/announce-change";
import type { ProjectDocument } from "@/lib/pipeline/policy/project";
import type { SignalPlace } from "@/lib/pipeline/signal/questions";
import { badWords, freshForMs, judgeSignal, nextReading, type SignalReading } from "@/lib/pipeline/signal/reading";
import { type ServiceSignal, signalsOf } from "@/lib/pipeline/signal/signals-of";

/** What one question was answered for one place: its number, or why there is none. */
export interface NumberRead extends SignalPlace {
  answer: number | string;
}

type Readings = Record<string, SignalReading>;

interface Row {
  service: string;
  environment: string;
  readings: Readings;
}

/**
 * Keeps what was read, and a point of each number for the charts: one a minute for an hour, one every 5 minutes for a day,
 * older ones are deleted. Says so to whoever looks where a signal stands otherwise than before.
 */
export async function keepReadings(
  engine: Engine,
  document: ProjectDocument,
  numbers: readonly NumberRead[],
): Promise<void> {
  const { pool } = engine;
  const project = document.name;
  const now = engine.now();
  const stored = await pool.query<Row>(
    sql`select service, environment, readings from signal_reading where project = ${project}`,
  );
  const before = new Map(stored.map((row) => [placeKey(row), row.readings]));
  const rows = new Map<string, Row>();
  for (const one of numbers) {
    const { service, environment, signal, answer } = one;
    const key = placeKey(one);
    const row = rows.get(key) ?? { service, environment, readings: {} };
    rows.set(key, row);
    row.readings[signal] = nextReading(before.get(key)?.[signal], answer, now);
  }
  await saveReadings(engine, document, [...rows.values()], now);
  const changed = [...rows.values()].filter(
    (row) =>
      standingsOf(document, row, now) !== standingsOf(document, { ...row, readings: before.get(placeKey(row)) }, now),
  );
  announceChange(
    pool,
    changed.map(({ service, environment }) => ({ project, service, environment, kind: "signals.changed" })),
  );
}

function placeKey({ service, environment }: { service: string; environment: string }): string {
  return `${environment}/${service}`;
}

async function saveReadings(
  { pool }: Engine,
  document: ProjectDocument,
  rows: readonly Row[],
  now: string,
): Promise<void> {
  const project = document.name;
  const everyMs = document.signals?.everyMs ?? 0;
  const kept = rows.map((row) => ({ ...row, bad: badWords(row.readings, queriesOf(document, row), everyMs, now) }));
  const freshUntil = new Date(Date.parse(now) + freshForMs(everyMs)).toISOString();
  const points = rows.flatMap(({ service, environment, readings }) => {
    const numbers = Object.entries(readings).flatMap(([name, { value, trouble }]) =>
      value === undefined || trouble !== undefined ? [] : [[name, value] as const],
    );
    return numbers.length === 0 ? [] : [{ service, environment, numbers: Object.fromEntries(numbers) }];
  });
  await pool.execute(
    sql`insert into signal_reading (project, service, environment, readings, read_at, bad, fresh_until)
        select ${project}, r.service, r.environment, r.readings, ${now}::timestamptz, r.bad, ${freshUntil}::timestamptz
          from jsonb_to_recordset(${json(kept)}::jsonb) as r (service text, environment text, readings jsonb, bad text)
        on conflict (project, service, environment) do update
           set readings = excluded.readings, read_at = excluded.read_at, bad = excluded.bad,
               fresh_until = excluded.fresh_until
         where signal_reading.read_at <= excluded.read_at`,
  );
  await pool.execute(
    sql`delete from signal_reading r where r.project = ${project} and r.read_at < ${now}::timestamptz
           and not exists (select from deployment d where d.project = r.project and d.service = r.service
                              and d.environment = r.environment)`,
  );
  await pool.execute(
    sql`insert into signal_point (project, service, environment, at, numbers)
        select ${project}, p.service, p.environment, date_trunc('minute', ${now}::timestamptz), p.numbers
          from jsonb_to_recordset(${json(points)}::jsonb) as p (service text, environment text, numbers jsonb)
        on conflict (project, service, environment, at) do update set numbers = excluded.numbers`,
  );
  await pool.execute(
    sql`delete from signal_point where project = ${project}
           and (at < ${now}::timestamptz - interval '24 hours'
                or at < ${now}::timestamptz - interval '1 hour' and extract(minute from at)::int % 5 <> 0)`,
  );
}

function queriesOf(document: ProjectDocument, { service }: Pick<Row, "service">): ServiceSignal[] {
  const policy = document.services.find((one) => one.name === service);
  return policy ? signalsOf(document, policy) : [];
}

function standingsOf(
  document: ProjectDocument,
  { service, readings }: Pick<Row, "service"> & { readings: Readings | undefined },
  now: string,
): string {
  const everyMs = document.signals?.everyMs ?? 0;
  return queriesOf(document, { service })
    .map((query) => judgeSignal(readings?.[query.name], query, everyMs, now).standing)
    .join();
}
