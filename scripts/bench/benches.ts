/** A bench: its file is bench/<name>.ts, which exports `run(): Promise<Row[]>`. */
export interface Bench {
  name: string;
  /** How it is measured, for docs/benchmarks.md. */
  how: string;
}

/** In the order in which they run, one after another, each in a process of its own. */
export const benches: readonly Bench[] = [
  {
    name: "ledger",
    how: `Ten projects at once, each appending two entries a transaction as commands do (lock, chain, hash, commit), against
ten connections that send BEGIN, INSERT of the same rows, COMMIT over bare pg. Nine rounds of a second each way, turn by
turn, after one to warm up; the figures are the medians.`,
  },
  {
    name: "promote",
    how: `From the server action's call (who asks, request, plan, gates, ledger, first steps) until the cluster reports the
Deployment with the promotion's annotation on a watch, in the default role: the process that answers the click drives
the first steps, a worker runs beside it. The same process sends a bare PATCH of an image by @kubernetes/client-node to
another Deployment of the same cluster, turn by turn. Meanwhile 100 other promotions of the same project are in flight:
half are rolled out and never become ready, half are verified, and the worker looks at all of them. The cluster is the
sandbox's, in a process of its own, as are the worker and Postgres.`,
  },
  {
    name: "live",
    how: `200 event streams are open on GET /api/events, each signed in with a token. A change is announced as a command
does it after its commit; the time is until each of the 200 has received it, over all changes and streams. The baseline
is a bare node:http server with one pg LISTEN that writes each notification to 200 open responses, in the same run.`,
  },
  {
    name: "matrix",
    how: `The JSON of the first screenful of the overview, over HTTP, against a bare node:http and pg handler that sends the same
SQL; at 100, 1,000 and 10,000 services in five environments, with 1,000 and 1,000,000 ledger entries.`,
  },
  {
    name: "page",
    how: `The built pages in Chromium with 10,000 services in five environments: the time until the matrix shows its first
rows, whether a fast scroll over both axes leaves empty cells, and the gzipped JavaScript of the first load.`,
  },
];
