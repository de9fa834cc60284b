import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe } from "vitest";
import { createPrometheus } from "@/lib/adapters/prometheus/prometheus";
import { contractOpenMetrics, describeMetricSource } from "@/lib/adapters/prometheus/testing/metric-contract";
import type { MetricSource } from "@/lib/ports/metric-source";

const installed = ["prometheus", "promtool"].every((name) => spawnSync(name, ["--version"]).status === 0);
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

describe.skipIf(!installed)("a real Prometheus", () => {
  let directory: string;
  let server: ChildProcess;
  let source: MetricSource;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "waybill-prometheus-"));
    await writeFile(join(directory, "samples.om"), contractOpenMetrics());
    await writeFile(join(directory, "prometheus.yml"), "global: {}\n");
    execFileSync("promtool", [
      "tsdb",
      "create-blocks-from",
      "openmetrics",
      join(directory, "samples.om"),
      join(directory, "data"),
    ]);
    const address = `127.0.0.1:${await freePort()}`;
    server = spawn(
      "prometheus",
      [
        `--config.file=${join(directory, "prometheus.yml")}`,
        `--storage.tsdb.path=${join(directory, "data")}`,
        "--storage.tsdb.retention.time=100y",
        `--web.listen-address=${address}`,
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    const lines = createInterface({ input: server.stderr ?? process.stdin });
    await new Promise<void>((resolve, reject) => {
      lines.on("line", (line) => line.includes("ready to receive web requests") && resolve());
      server.once("exit", (code) => reject(new Error(`prometheus ended with ${code}`)));
    });
    source = createPrometheus({ name: "real", url: `http://${address}` });
  }, 30_000);

  afterAll(async () => {
    if (server?.exitCode === null) {
      server.kill();
      await once(server, "exit");
    }
    await rm(directory, { recursive: true });
  });

  describeMetricSource(() => source);
});
