/** A bench: its file is bench/<name>.ts, which exports `run(): Promise<Row[]>`. */
export interface Bench {
  name: string;
  /** How it is measured, for docs/benchmarks.md. */
  how: string;
  /** True where it measures the built pages. */
  needsPages?: true;
  /** It is ended after so long; 6 minutes where nothing is said. */
  minutesMax?: number;
}

/** In the order in which they run, one after another, each in a process of its own. */
export const benches: readonly Bench[] = [
  {
    name: "ledger",
    how: `Ten projects at once, each appending two entries a transaction as commands do (lock, chain, hash, commit), against
ten connections that send BEGIN, INSERT of the same rows, COMMIT over bare pg, each when the one before is answered.
Fifteen rounds of 0.6 s each way, in turn forwards and backwards, after one to warm up; the ratio is the median of the
rounds' own. Beside it stands the ratio to the fastest that bare pg can do: the three statements sent at once.`,
  },
  {
    name: "gates",
    how: `10,000 promotions that wait for an approval in an environment with eight gates (the same digest upstream, approval,
two soaks, freeze, image, hold, block), all due at once: taken, planned anew, judged and put off in lots of 500, as the worker does.
Against it, 200 of them evaluated one by one, each inside its project's transaction. CPU is that of the process, Postgres's
own left out; the median of three rounds after one to warm up.`,
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
    name: "analysis",
    minutesMax: 10,
    how: `300 promotions of one project that are verified by five metrics each, two of them against the time before, looked at every
15 s by one worker for a minute; lateness is what lies between two measurements of a check beyond the interval. The source of metrics
is a bare node:http server in the same process that gives one number to every question and counts the calls. Then 300
canaries of five metrics in an analysis, each promotion a real one in the database, over 120 intervals, with the clock moved
on by 30 s each time: the heap after a full collection (the cluster is in memory here; on a machine too slow for the whole hour it
says how far it came). Then, in the sandbox with a worker, eight releases whose metric turns bad while they are watched: from the
source's answer changing to the entry that says that the cluster accepted the way back.`,
  },
  {
    name: "rollout",
    minutesMax: 12,
    how: `Two services of two colours each, in the sandbox's cluster, a process of its own (a real one where BENCH_KUBECONFIG names
it). Waybill's adapter reads the Service and the three Deployments that may be of a colour, all at once, and then sends
the one JSON patch that lets the Service select the other colour; turn by turn @kubernetes/client-node sends a bare strategic
merge patch of the other Service's selector, with the administrator's rights as well. Thirty switches there and thirty back, after
six to warm up. Calls are counted at the client. Then 300 services of one project, each promoted by a canary over an HTTPRoute of
its own in the sandbox's cluster, all at once, with five metrics (two of them beside the stable pods') every 30 s, by one
worker, a process of its own: lateness is what lies between two measurements beyond the interval, over three and a half of
them; at the same time 300 bare timers of this process send one question each. At last every metric turns bad at one moment:
from then to the entry of each that says that the cluster accepted the way back.`,
  },
  {
    name: "live",
    needsPages: true,
    how: `200 event streams are open on GET /api/events, each signed in with a token. A change is announced as a command
does it after its commit; the time is until each of the 200 has received it, over all changes and streams. The baseline
is a bare node:http server with one pg LISTEN that writes each notification to 200 open responses, in the same run.`,
  },
  {
    name: "matrix",
    needsPages: true,
    how: `The JSON of the first screenful of the overview, from the built product's route with a session, against a bare
node:http and pg handler in a process of its own that sends the same SQL and asks nobody who they are. Turn by turn, 200
times each after 40 to warm up, over one connection each; at 100, 1,000 and 10,000 services in five environments with
1,000 ledger entries, and at 10,000 services with 1,000,000. Growth is the product's p50 at the largest over that at the
smallest. Bytes are those of the gzipped body on the wire.`,
  },
  {
    name: "page",
    needsPages: true,
    how: `The built product in Chromium with an empty cache and 10,000 services in five environments: from the navigation's
start to the frame behind the one in which the matrix has its first service, over seven loads. Then a fast scroll down the
page, and one in both directions in a narrow window: every frame is looked at for places in the matrix where no line is
drawn; lines that are drawn and still wait for their content are counted apart. Then the scripts that the page's HTML
names, gzipped.`,
  },
];
