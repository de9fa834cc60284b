import diagnostics from "node:diagnostics_channel";
import { readFile } from "node:fs/promises";
import { AppsV1Api, CoreV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { canaryRows } from "@/bench/canaries";
import { describeMs, percentile } from "@/bench/percentile";
import type { Row } from "@/bench/row";
import { startTypeScript } from "@/bench/start-process";
import { createKubernetesTarget } from "@/lib/adapters/kubernetes/target";
import type { BlueGreenTarget, Colour } from "@/lib/ports/blue-green-target";
import type { TargetRef } from "@/lib/ports/deploy-target";

const namespace = "bench-rollout";
const rounds = 60;
const warmUp = 6;
const image = "registry.invalid/bench/app";
const digest = `sha256:${"a".repeat(64)}`;

interface Cluster {
  kubeconfig: string;
  name: string;
  stop(): Promise<void>;
}

/** BENCH_KUBECONFIG names a real cluster, and its namespace must allow what deploy/rbac.yaml does; else the sandbox's. */
async function startCluster(): Promise<Cluster> {
  const own = process.env.BENCH_KUBECONFIG;
  if (own) return { kubeconfig: await readFile(own, "utf8"), name: "the cluster", stop: async () => undefined };
  const sandbox = await startTypeScript("sandbox/main.ts", "kubeconfigPath");
  const { adminKubeconfigPath } = JSON.parse(sandbox.ready) as { adminKubeconfigPath: string };
  return { kubeconfig: await readFile(adminKubeconfigPath, "utf8"), name: "the sandbox's cluster", stop: sandbox.stop };
}

function deployment(name: string, colour: Colour) {
  const labels = { app: name, version: colour };
  return {
    metadata: { name: `${name}-${colour}`, namespace },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "app", image: `${image}@${digest}` }] } },
    },
  };
}

/** Two services of two colours each: one is switched by Waybill, the other one by bare patches. */
async function makeWorld(core: CoreV1Api, apps: AppsV1Api): Promise<void> {
  await core.createNamespace({ body: { metadata: { name: namespace } } });
  for (const name of ["waybill", "bare"]) {
    for (const colour of ["blue", "green"] as const) {
      await apps.createNamespacedDeployment({ namespace, body: deployment(name, colour) });
    }
    const spec = { selector: { app: name, version: "blue" }, ports: [{ port: 80 }] };
    await core.createNamespacedService({ namespace, body: { metadata: { name }, spec } });
  }
}

/** Every request that the adapter's client sends: what an order costs the cluster. */
function countRequests(): { taken(): number } {
  let count = 0;
  diagnostics.subscribe("undici:request:create", () => {
    count += 1;
  });
  return {
    taken() {
      const taken = count;
      count = 0;
      return taken;
    },
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const other = (colour: Colour): Colour => (colour === "blue" ? "green" : "blue");

interface Measured {
  there: number[];
  back: number[];
  bare: number[];
  patch: number[];
  calls: number;
}

/** Turn by turn: a switch by Waybill, a bare patch; to green and back to blue. */
async function measure(colours: BlueGreenTarget, core: CoreV1Api, ref: TargetRef): Promise<Measured> {
  const measured: Measured = { there: [], back: [], bare: [], patch: [], calls: 0 };
  const counter = countRequests();
  let live: Colour = "blue";
  for (let round = 0; round < rounds + warmUp; round += 1) {
    const to = other(live);
    counter.taken();
    let patchMs = 0;
    const tookMs = await timed(async () => {
      const standing = await colours.look(ref);
      const order = { to, promotion: `bench-${round}`, generation: round + 1 };
      patchMs = await timed(() => colours.select(ref, order, standing));
    });
    const calls = counter.taken();
    const body = { spec: { selector: { version: to } } };
    const bareMs = await timed(() =>
      core.patchNamespacedService(
        { namespace, name: "bare", body },
        setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch),
      ),
    );
    live = to;
    if (round < warmUp) continue;
    measured.calls = calls;
    measured.bare.push(bareMs);
    measured.patch.push(patchMs);
    (to === "green" ? measured.there : measured.back).push(tookMs);
  }
  return measured;
}

/** What a switch of colours costs, there and back; then hundreds of canaries at once, and all of them going back. */
export async function run(): Promise<Row[]> {
  // The cluster is on this machine.
  process.env.WAYBILL_OUTBOUND = "loopback";
  return [...(await switchRows()), ...(await canaryRows())];
}

/** What switching the colours of a Service costs, there and back, against a bare patch of a selector by client-node. */
async function switchRows(): Promise<Row[]> {
  const cluster = await startCluster();
  const config = new KubeConfig();
  config.loadFromString(cluster.kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  try {
    await makeWorld(core, config.makeApiClient(AppsV1Api));
    const target = createKubernetesTarget({
      name: "bench",
      kubeconfig: async () => cluster.kubeconfig,
      requestTimeoutMs: 10_000,
    });
    if (!target.blueGreen) throw new Error("the target has no colours");
    const workload = { kind: "deployment" as const, name: "waybill" };
    const ref: TargetRef = { kind: "kubernetes", connection: "bench", namespace, workload, container: "app" };
    const measured = await measure(target.blueGreen, core, { ...ref, service: "waybill", colourLabel: "version" });
    return rowsOf(measured, cluster.name);
  } finally {
    if (process.env.BENCH_KUBECONFIG) await core.deleteNamespace({ name: namespace });
    await cluster.stop();
  }
}

function rowsOf({ there, back, bare, patch, calls }: Measured, where: string): Row[] {
  const against = `${describeMs(bare)} for a bare PATCH of a selector by client-node, 1 call`;
  const added = (ms: readonly number[]) => percentile(ms, 0.5) - percentile(bare, 0.5);
  const row = (what: string, ms: readonly number[], many: number): Row => ({
    what: `rollout: ${what}, ${where}`,
    measured: `${describeMs(ms)}, ${many} calls`.replace(", 1 calls", ", 1 call"),
    against,
    figure: `${added(ms) < 0 ? "" : "+"}${added(ms).toFixed(1)} ms at p50`,
    aim: "≤ +100 ms",
    met: added(ms) <= 100,
  });
  return [
    row("blue-green's switch: look at both colours, then the one patch with its preconditions", there, calls),
    row("blue-green's way back: the same, to the colour that was live", back, calls),
    row("the patch alone", patch, 1),
  ];
}
