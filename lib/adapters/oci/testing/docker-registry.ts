import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TokenServer } from "@/lib/adapters/oci/testing/token-server";

export interface DockerRegistry {
  url: string;
  host: string;
  stop(): Promise<void>;
}

export type DockerRegistryAuth =
  | { kind: "none" }
  | { kind: "htpasswd"; line: string }
  | { kind: "token"; server: TokenServer };

/** Where Debian's package puts it; undefined where it is not installed. */
export function dockerRegistryPath(): string | undefined {
  const path = "/usr/bin/docker-registry";
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return undefined;
  }
}

/** Starts Debian's docker-registry on a free port of loopback with an empty store; resolves once it listens. */
export async function startDockerRegistry(auth: DockerRegistryAuth): Promise<DockerRegistry> {
  const path = dockerRegistryPath();
  if (path === undefined) throw new Error("docker-registry is not installed");
  const folder = await mkdtemp(join(tmpdir(), "waybill-docker-registry-"));
  await writeFile(join(folder, "htpasswd"), auth.kind === "htpasswd" ? `${auth.line}\n` : "");
  await writeFile(join(folder, "tokens.pem"), auth.kind === "token" ? auth.server.certificatePem : "");
  // The registry's configuration is YAML, of which JSON is a part.
  await writeFile(
    join(folder, "config.yml"),
    JSON.stringify({
      version: "0.1",
      log: { level: "info", accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(folder, "store") }, delete: { enabled: true } },
      http: { addr: "127.0.0.1:0" },
      ...authSection(auth, folder),
    }),
  );

  const child = spawn(path, ["serve", join(folder, "config.yml")], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, OTEL_TRACES_EXPORTER: "none" },
  });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stderr });
  const said: string[] = [];
  const listening = new Promise<string>((resolve, reject) => {
    lines.on("line", (line) => {
      said.push(line);
      const port = /listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (port !== undefined) resolve(`127.0.0.1:${port}`);
    });
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`docker-registry ended at once:\n${said.slice(-5).join("\n")}`)));
  });
  try {
    const host = await listening;
    return {
      url: `http://${host}`,
      host,
      async stop() {
        child.kill("SIGTERM");
        await exited;
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function authSection(auth: DockerRegistryAuth, folder: string): Record<string, unknown> {
  switch (auth.kind) {
    case "none":
      return {};
    case "htpasswd":
      return { auth: { htpasswd: { realm: "waybill test", path: join(folder, "htpasswd") } } };
    case "token": {
      const { realm, service, issuer } = auth.server;
      return { auth: { token: { realm, service, issuer, rootcertbundle: join(folder, "tokens.pem") } } };
    }
    default:
      return auth satisfies never;
  }
}
