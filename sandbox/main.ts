import { parseArgs } from "node:util";
import { demoPlatforms, platforms, platformsOf } from "./seed-platforms";
import { startSandbox } from "./start-sandbox";

const usage = `usage: tsx sandbox/main.ts [--data DIR] [--seed] [--speed N]
  [--platforms veza,miniredis,mosaic,madbase,antigravity|all]     which to seed; the first two, unless told
  [--registry-port N] [--cluster-port N] [--metrics-port N] [--services-port N]     0 (the default): a free one
The environment may give them too: SANDBOX_DATA, SANDBOX_SEED=1, SANDBOX_SPEED, SANDBOX_REGISTRY_PORT …
An imitation of a registry, a cluster, Prometheus and a platform's services, on loopback. It prints one line of JSON
with its addresses when it is ready, and ends on SIGTERM.`;

function numberOf(name: string, flag: string | undefined, fallback: number): number {
  const text = flag ?? process.env[`SANDBOX_${name.toUpperCase().replace("-", "_")}`];
  const number = text === undefined ? fallback : Number(text);
  if (text !== undefined && (text.trim() === "" || !Number.isFinite(number) || number < 0)) {
    throw new Error(`--${name} ${text}: a number of at least 0 is needed\n\n${usage}`);
  }
  return number;
}

/** Names with commas between them, or `all`. */
function chosen(names: string | undefined): readonly string[] {
  if (names === undefined || names.trim() === "") return demoPlatforms;
  if (names === "all") return platforms.map(({ name }) => name);
  return platformsOf(names.split(",").map((name) => name.trim())).map(({ name }) => name);
}

async function main(): Promise<void> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: {
      data: text,
      speed: text,
      seed: { type: "boolean" },
      platforms: text,
      help: { type: "boolean" },
      "registry-port": text,
      "cluster-port": text,
      "metrics-port": text,
      "services-port": text,
    },
  });
  if (values.help) return console.log(usage);
  const sandbox = await startSandbox({
    dataFolder: values.data ?? process.env.SANDBOX_DATA,
    seed:
      (values.seed ?? process.env.SANDBOX_SEED === "1") && chosen(values.platforms ?? process.env.SANDBOX_PLATFORMS),
    speed: numberOf("speed", values.speed, 1),
    registryPort: numberOf("registry-port", values["registry-port"], 0),
    clusterPort: numberOf("cluster-port", values["cluster-port"], 0),
    metricsPort: numberOf("metrics-port", values["metrics-port"], 0),
    servicesPort: numberOf("services-port", values["services-port"], 0),
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => sandbox.close().then(() => process.exit(0)));
  }
  const { registryUrl, registryHost, clusterUrl, metricsUrl, servicesUrl } = sandbox;
  const { dataFolder, kubeconfigPath, adminKubeconfigPath } = sandbox;
  const addresses = { registryUrl, registryHost, clusterUrl, metricsUrl, servicesUrl };
  console.log(JSON.stringify({ ...addresses, dataFolder, kubeconfigPath, adminKubeconfigPath }));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
