import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Whether this machine has a Prometheus, and the tool that makes its data. */
export const hasPrometheus = ["prometheus", "promtool"].every((name) => spawnSync(name, ["--version"]).status === 0);

export interface RealPrometheus {
  url: string;
  stop(): Promise<void>;
}

/** A Prometheus of its own on loopback with these series (OpenMetrics text), until `stop`. */
export async function startPrometheus(openMetrics: string): Promise<RealPrometheus> {
  const directory = await mkdtemp(join(tmpdir(), "waybill-prometheus-"));
  const samples = join(directory, "samples.om");
  await writeFile(samples, openMetrics);
  execFileSync("promtool", ["tsdb", "create-blocks-from", "openmetrics", samples, join(directory, "data")]);
  return serve(directory, "global: {}\n");
}

/** A Prometheus of its own on loopback that scrapes `address` (host:port, /metrics) every `everyMs`, until `stop`. */
export async function startScrapingPrometheus(address: string, everyMs: number): Promise<RealPrometheus> {
  const directory = await mkdtemp(join(tmpdir(), "waybill-prometheus-"));
  const job = { job_name: "pods", scrape_interval: `${everyMs}ms`, scrape_timeout: `${everyMs}ms` };
  const config = { scrape_configs: [{ ...job, static_configs: [{ targets: [address] }] }] };
  return serve(directory, JSON.stringify(config));
}

async function serve(directory: string, config: string): Promise<RealPrometheus> {
  const file = join(directory, "prometheus.yml");
  await writeFile(file, config);
  const flags = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(directory, "data")}`,
    "--storage.tsdb.retention.time=100y",
    "--web.listen-address=127.0.0.1:0",
  ];
  const server = spawn("prometheus", flags, { stdio: ["ignore", "ignore", "pipe"] });
  const lines = createInterface({ input: server.stderr });
  const address = await new Promise<string>((resolve, reject) => {
    let at: string | undefined;
    lines.on("line", (line) => {
      at ??= listeningAt(line);
      if (at !== undefined && line.includes("ready to receive web requests")) resolve(at);
    });
    server.once("exit", (code) => reject(new Error(`prometheus ended with ${code}`)));
  });
  return {
    url: `http://${address}`,
    async stop() {
      if (server.exitCode === null) {
        server.kill();
        await once(server, "exit");
      }
      await rm(directory, { recursive: true });
    },
  };
}

/** The port that a server of Prometheus's house took, as its log says it; undefined where the line says something else. */
export function listeningAt(line: string): string | undefined {
  return /Listening on"? .*?(127\.0\.0\.1:\d+)/.exec(line)?.[1];
}
