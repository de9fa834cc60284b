import { type IncomingMessage, request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { withBenchDatabase } from "@/bench/bench-database";
import { describeMs, percentile } from "@/bench/percentile";
import type { Row } from "@/bench/row";
import { startTypeScript } from "@/bench/start-process";
import { startWebServer } from "@/bench/web-server";
import { DEMO_ISSUER } from "@/lib/auth/demo-people";
import { loadPerson, recordSignIn } from "@/lib/auth/people";
import { createToken } from "@/lib/commands/create-token";
import { createPool, type Pool } from "@/lib/db/pool";
import { announceChange } from "@/lib/ledger/announce-change";

const STREAMS = 200;
const CHANGES = 150;
const WARM_UP = 20;
/** The pause before a change is from 0 to this: some fall into the moment in which changes are gathered. */
const PAUSE_MS_MAX = 60;
const AIM_MS = 100;

/** From a change being announced to each of 200 open event streams having received it. */
export async function run(): Promise<Row[]> {
  return await withBenchDatabase(async (url) => {
    const pool = createPool(url, { applicationName: "waybill bench" });
    const notifier = new pg.Client({ connectionString: url });
    await notifier.connect();
    const stops: (() => Promise<void> | void)[] = [() => pool.close(), () => notifier.end()];
    try {
      const authorization = `Bearer ${await newToken(pool)}`;
      const baseline = await startTypeScript("bench/live-baseline.ts", "http://", { env: { DATABASE_URL: url } });
      stops.push(baseline.stop);
      const web = await startWebServer(url);
      stops.push(web.stop);
      const product = await openStreams(`${web.address}/api/events`, { authorization });
      stops.push(product.close);
      const bare = await openStreams(baseline.ready.trim(), {});
      stops.push(bare.close);
      const { live, plain } = await measure(pool, notifier, product, bare);
      const p95 = percentile(live, 0.95);
      return [
        {
          what: `live: change announced to received on ${STREAMS} streams, by next start`,
          measured: describeMs(live),
          against: `${describeMs(plain)} by pg LISTEN and node:http`,
          ratio: p95 / percentile(plain, 0.95),
          figure: `${p95.toFixed(1)} ms at p95 (${(p95 / percentile(plain, 0.95)).toFixed(1)} ×)`,
          aim: `≤ ${AIM_MS} ms at p95`,
          met: p95 <= AIM_MS,
        },
      ];
    } finally {
      for (const stop of stops.reverse()) await stop();
    }
  });
}

async function newToken(pool: Pool): Promise<string> {
  const ada = { issuer: DEMO_ISSUER, subject: "ada", name: "Ada", email: "ada@demo.waybill.dev", groups: [] };
  const person = await loadPerson(pool, await recordSignIn(pool, { ...ada, administrator: true }));
  if (!person) throw new Error("who signed in is not known");
  const asked = { project: "*", label: "bench", role: "viewer" as const, expiresInDays: 1 };
  return (await createToken(pool, person, asked, new Date())).secret;
}

interface Streams {
  /** The times, by performance.now(), at which each stream received the text. */
  received(text: string): Promise<number[]>;
  close(): void;
}

async function measure(pool: Pool, notifier: pg.Client, product: Streams, bare: Streams) {
  const live: number[] = [];
  const plain: number[] = [];
  for (let index = 0; index < WARM_UP + CHANGES; index++) {
    const promotion = `bench-${index}.`;
    const change = { project: "bench", kind: "promotion.approved", promotion, environment: "production" };

    const both = [
      { times: live, streams: product, announce: () => announceChange(pool, change) },
      {
        times: plain,
        streams: bare,
        announce: () => void notifier.query("select pg_notify('bench_change', $1)", [JSON.stringify([change])]),
      },
    ];
    for (const { times, streams, announce } of both) {
      await pause(Math.random() * PAUSE_MS_MAX);
      const received = streams.received(promotion);
      const began = performance.now();
      announce();
      const took = (await received).map((at) => at - began);
      if (index >= WARM_UP) times.push(...took);
    }
  }
  return { live, plain };
}

async function openStreams(address: string, headers: Record<string, string>): Promise<Streams> {
  let awaited: { text: string; times: number[]; done: (times: number[]) => void } | undefined;
  const onText = (text: string): boolean => {
    if (awaited === undefined || !text.includes(awaited.text)) return false;
    awaited.times.push(performance.now());
    if (awaited.times.length === STREAMS) awaited.done(awaited.times);
    return true;
  };
  const answers = await Promise.all(Array.from({ length: STREAMS }, () => openStream(address, headers, onText)));
  return {
    received: (text) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(
          () => reject(new Error(`only ${awaited?.times.length} streams received a change`)),
          10_000,
        );
        const done = (times: number[]) => {
          clearTimeout(late);
          awaited = undefined;
          resolve(times);
        };
        awaited = { text, times: [], done };
      }),
    close: () => {
      for (const answer of answers) answer.destroy();
    },
  };
}

/** Resolves once the server has said `ready`: from then on changes are heard. */
function openStream(
  address: string,
  headers: Record<string, string>,
  onText: (text: string) => boolean,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(address, { headers, agent: false }, (answer) => {
      if (answer.statusCode !== 200) return reject(new Error(`${address} answered ${answer.statusCode}`));
      let tail = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        tail += chunk;
        if (tail.includes("event: ready")) resolve(answer);
        if (onText(tail) || tail.length > 10_000) tail = "";
      });
      answer.on("error", () => undefined);
    });
    sent.once("error", reject);
    sent.end();
  });
}
