import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { listeningAt } from "@/lib/adapters/prometheus/testing/real-prometheus";

/** Debian's name, and the project's own. */
const program = ["prometheus-alertmanager", "alertmanager"].find((name) => spawnSync(name, ["--version"]).status === 0);

/** Whether this machine has an Alertmanager. */
export const hasAlertmanager = program !== undefined;

/** An alert that inhibits those of another name where both carry the same service. */
const configOf = (receiver: string) => `route: { receiver: waybill, group_wait: 0s }
receivers: [{ name: waybill${receiver === "" ? "" : `, webhook_configs: [{ url: "${receiver}", http_config: { authorization: { credentials: wb_secret } } }]`} }]
inhibit_rules: [{ source_matchers: [alertname="NetworkDown"], target_matchers: [alertname="ServiceDown"], equal: [service] }]
`;

/** An Alertmanager of its own on loopback, without peers, until `stop`; with a `receiver` it tells that address by webhook. */
export async function startAlertmanager(receiver = ""): Promise<{ url: string; stop: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), "waybill-alertmanager-"));
  const file = join(directory, "alertmanager.yml");
  await writeFile(file, configOf(receiver));
  const flags = [
    `--config.file=${file}`,
    `--storage.path=${join(directory, "data")}`,
    "--web.listen-address=127.0.0.1:0",
    "--cluster.listen-address=",
  ];
  const server = spawn(program ?? "", flags, { stdio: ["ignore", "ignore", "pipe"] });
  const lines = createInterface({ input: server.stderr });
  const address = await new Promise<string>((resolve, reject) => {
    lines.on("line", (line) => {
      const at = listeningAt(line);
      if (at !== undefined) resolve(at);
    });
    server.once("exit", (code) => reject(new Error(`alertmanager ended with ${code}`)));
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
