import { Agent, type IncomingMessage, request } from "node:http";
import { withBenchDatabase } from "@/bench/bench-database";
import { environments, growFleet, growLedger } from "@/bench/fleet";
import { describeMs, percentile } from "@/bench/percentile";
import type { Row } from "@/bench/row";
import { type SignedIn, signIn } from "@/bench/signed-in";
import { type BenchProcess, startTypeScript } from "@/bench/start-process";
import { startWebServer, type WebServer } from "@/bench/web-server";
import { windowPath } from "@/components/overview/overview-filter";

const SIZES = [
  { services: 100, entries: 1_000 },
  { services: 1_000, entries: 1_000 },
  { services: 10_000, entries: 1_000 },
  { services: 10_000, entries: 1_000_000 },
];
const WARM_UP = 40;
const REQUESTS = 200;
const RATIO_MAX = 5;
const GROWTH_MAX = 1.3;
const KILOBYTES_MAX = 60;

/** The first screenful of the overview, as the browser asks for it. */
const path = windowPath({ text: "", show: "all" }, 0);

interface Size {
  services: number;
  entries: number;
}

interface Measured extends Size {
  product: number[];
  bare: number[];
  gzippedBytes: number;
}

/** The JSON of a screenful of the matrix, over growing fleets and ledgers, against node:http and pg with the same SQL. */
export async function run(): Promise<Row[]> {
  return await withBenchDatabase(async (url, ownerUrl) => {
    const person = await signIn(url);
    const measured: Measured[] = [];
    for (const size of SIZES) {
      await growFleet(url, size.services, ownerUrl);
      await growLedger(url, size.entries, ownerUrl);
      measured.push(await withServers(url, person, (web, baseline) => measure(size, person, web, baseline)));
    }
    return [...measured.map(latencyRow), growthRow(measured), bytesRow(measured)];
  });
}

async function withServers<T>(
  url: string,
  person: SignedIn,
  work: (web: WebServer, baseline: BenchProcess) => Promise<T>,
): Promise<T> {
  const baseline = await startTypeScript("bench/matrix-baseline.ts", "http://", { env: { DATABASE_URL: url } });
  try {
    const web = await startWebServer(url, person.env);
    try {
      return await work(web, baseline);
    } finally {
      await web.stop();
    }
  } finally {
    await baseline.stop();
  }
}

/** As a browser asks, compressed; turn by turn over one connection each, so that what else the machine does falls on both. */
async function measure(size: Size, person: SignedIn, web: WebServer, baseline: BenchProcess): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const headers = { cookie: await person.cookie(web.address), "accept-encoding": "gzip" };
  const product: number[] = [];
  const bare: number[] = [];
  for (let index = 0; index < WARM_UP + REQUESTS; index++) {
    const took = await timed(() => read(`${web.address}${path}`, agent, headers));
    const tookBare = await timed(() => read(baseline.ready.trim(), agent, {}));
    if (index < WARM_UP) continue;
    product.push(took);
    bare.push(tookBare);
  }
  const gzippedBytes = await read(`${web.address}${path}`, agent, headers);
  agent.destroy();
  return { ...size, product, bare, gzippedBytes };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Reads an answer to its end and says how many bytes its body had on the wire. */
async function read(address: string, agent: Agent, headers: Record<string, string>): Promise<number> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(address, { agent, headers }, resolve).once("error", reject).end();
  });
  let bytes = 0;
  for await (const chunk of answer) bytes += (chunk as Buffer).length;
  if (answer.statusCode !== 200) throw new Error(`${address} answered ${answer.statusCode}`);
  const wanted = headers["accept-encoding"];
  if (wanted !== answer.headers["content-encoding"]) throw new Error(`${address} did not answer in ${wanted}`);
  return bytes;
}

function latencyRow({ services, entries, product, bare }: Measured): Row {
  const ratio = percentile(product, 0.5) / percentile(bare, 0.5);
  return {
    what: `matrix: a screenful of ${count(services)} services × ${environments.length}, ${count(entries)} ledger entries`,
    measured: describeMs(product),
    against: `${describeMs(bare)} by node:http and pg with the same SQL`,
    ratio,
    aim: `≤ ${RATIO_MAX} × at p50`,
    met: ratio <= RATIO_MAX,
  };
}

function growthRow(measured: Measured[]): Row {
  const p50s = measured.map(({ product }) => percentile(product, 0.5));
  const [smallest = Number.NaN, largest = Number.NaN] = [p50s[0], p50s.at(-1)];
  return {
    what: "matrix: growth from the smallest fleet and ledger to the largest",
    measured: `${largest.toFixed(1)} ms p50`,
    against: `${smallest.toFixed(1)} ms p50 at the smallest`,
    ratio: largest / smallest,
    aim: `≤ ${GROWTH_MAX} ×`,
    met: largest / smallest <= GROWTH_MAX,
  };
}

function bytesRow(measured: Measured[]): Row {
  const kilobytes = Math.max(...measured.map(({ gzippedBytes }) => gzippedBytes)) / 1024;
  return {
    what: "matrix: bytes of a screenful, gzipped",
    measured: `${kilobytes.toFixed(1)} KB`,
    against: "—",
    figure: `${kilobytes.toFixed(1)} KB`,
    aim: `≤ ${KILOBYTES_MAX} KB`,
    met: kilobytes <= KILOBYTES_MAX,
  };
}

function count(number: number): string {
  return number.toLocaleString("en-US");
}
