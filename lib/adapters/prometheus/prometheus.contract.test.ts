import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPrometheus } from "@/lib/adapters/prometheus/prometheus";
import type { MetricSource } from "@/lib/ports/metric-source";

const installed = ["prometheus", "promtool"].every((name) => spawnSync(name, ["--version"]).status === 0);
const start = Date.UTC(2026, 0, 1) / 1000;
const after = (seconds: number) => new Date((start + seconds) * 1000);

/** Two services over ten minutes, a sample every 15 s: `good` answers well, every tenth answer of `bad` is a 500. */
function openMetrics(): string {
  const lines = ["# TYPE http_requests counter"];
  for (const [service, share] of [
    ["good", 0],
    ["bad", 0.1],
  ] as const)
    for (const [status, part] of [
      ["200", 1 - share],
      ["500", share],
    ] as const)
      for (let second = 0; second <= 600; second += 15)
        lines.push(
          `http_requests_total{service="${service}",status="${status}"} ${second * 10 * part} ${start + second}`,
        );
  return `${[...lines, "# EOF"].join("\n")}\n`;
}

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
    await writeFile(join(directory, "samples.om"), openMetrics());
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

  it("passes the check", async () => {
    await expect(source.check()).resolves.toBeUndefined();
  });

  it("tells the error rate of each service at a moment", async () => {
    const rate = (status: string) => `sum by (service) (rate(http_requests_total{status=~"${status}"}[2m]))`;
    const samples = await source.query(`${rate("5..")} / ${rate(".*")}`, after(600));
    const byService = new Map(samples.map(({ labels, value }) => [labels.service, value]));
    expect(byService.get("bad")).toBeCloseTo(0.1);
    expect(byService.get("good")).toBe(0);
    expect(samples[0]?.at).toBe(after(600).toISOString());
  });

  it("gives no value for 0 / 0, and no sample for what is not there", async () => {
    expect(await source.query("vector(0) / vector(0)", after(600))).toMatchObject([{ value: undefined }]);
    expect(await source.query("vector(1) / vector(0)", after(600))).toMatchObject([{ value: undefined }]);
    expect(await source.query("no_such_metric", after(600))).toEqual([]);
  });

  it("says in Prometheus' words what is wrong with an expression", async () => {
    await expect(source.query("sum(")).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringContaining("parse error"),
    });
    await expect(source.query("http_requests_total[5m]", after(600))).rejects.toMatchObject({ code: "invalid" });
  });
});
