import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it } from "vitest";
import { buildImage } from "./images";
import { pushImage } from "./push-image";
import { type Sandbox, startSandbox } from "./start-sandbox";
import { clusterClient, workload } from "./testing/cluster-client";

const folders: string[] = [];
const processes: ChildProcess[] = [];
afterEach(() => {
  for (const child of processes.splice(0)) child.kill("SIGKILL");
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sandbox-test-"));
  folders.push(folder);
  return folder;
}

type Addresses = Pick<
  Sandbox,
  "registryUrl" | "registryHost" | "clusterUrl" | "servicesUrl" | "kubeconfigPath" | "dataFolder"
>;

/** A sandbox in a process of its own, when it has said that it is ready. */
async function startProcess(...flags: string[]): Promise<{ child: ChildProcess; addresses: Addresses }> {
  const child = spawn(process.execPath, ["--import", "tsx", "sandbox/main.ts", ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  processes.push(child);
  for await (const line of createInterface({ input: child.stdout })) return { child, addresses: JSON.parse(line) };
  throw new Error("the sandbox ended without a word");
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  await expect.poll(holds, { timeout: 60_000, interval: 20 }).toBe(true);
}

const isHealthy = async (url: string) => (await fetch(`${url}/demo/app/health`)).status === 200;

describe("a data folder", () => {
  it("brings everything back after kill -9: images, objects, tokens, addresses and a growing resourceVersion", async () => {
    const folder = newFolder();
    const { child, addresses } = await startProcess("--data", folder, "--speed", "20");
    const image = buildImage({ content: "kept", version: "v1" });
    await pushImage(image, { registryUrl: addresses.registryUrl, repository: "app", tag: "v1" });
    const tokens = JSON.parse(await readText(addresses, "admin.kubeconfig")).users[0].user.token as string;
    const before = clusterClient({ clusterUrl: addresses.clusterUrl } as Sandbox, tokens);
    await before.post("/api/v1/namespaces", { metadata: { name: "demo" } });
    const deployments = "/apis/apps/v1/namespaces/demo/deployments";
    await before.post(deployments, workload("app", `${addresses.registryHost}/app@${image.digest}`));
    await until(() => isHealthy(addresses.servicesUrl));
    const note = await before.patch(`${deployments}/app`, { metadata: { annotations: { note: "the last write" } } });
    child.kill("SIGKILL");
    await once(child, "exit");

    const again = await startSandbox({ dataFolder: folder, speed: 20 });
    try {
      expect(again).toMatchObject(addresses);
      const client = clusterClient(again);
      const { body } = await client.get(`${deployments}/app`);
      expect(body).toMatchObject({ metadata: { annotations: { note: "the last write" } } });
      const version = (answer: typeof note) => Number(answer.body.metadata?.resourceVersion);
      const next = await client.patch(`${deployments}/app`, { metadata: { annotations: { note: "one more" } } });
      expect(version(next)).toBeGreaterThan(version(note));
      await until(() => isHealthy(again.servicesUrl));
      const health = await fetch(`${again.servicesUrl}/demo/app/health`);
      expect(await health.json()).toEqual({ status: "ok", version: "v1", digest: image.digest });
      const stale = `${deployments}?watch=1&resourceVersion=1`;
      for await (const event of client.watch(stale))
        expect(event).toMatchObject({ type: "ERROR", object: { code: 410 } });
    } finally {
      await again.close();
    }
  });

  it("is refused to a second sandbox, and keeps its secrets to its owner", async () => {
    const folder = newFolder();
    const first = await startSandbox({ dataFolder: folder });
    try {
      await expect(startSandbox({ dataFolder: folder })).rejects.toThrow(
        `another sandbox (process ${process.pid}) uses ${folder}`,
      );
      for (const file of ["sandbox.json", "kubeconfig", "admin.kubeconfig"]) {
        expect(statSync(join(folder, file)).mode & 0o077).toBe(0);
      }
    } finally {
      await first.close();
    }
  });
});

async function readText(addresses: Addresses, file: string): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  return readFile(join(addresses.dataFolder, file), "utf8");
}

describe("the process", () => {
  it("ends cleanly on SIGTERM, also with a watch open", async () => {
    const { child, addresses } = await startProcess("--data", newFolder());
    const token = JSON.parse(await readText(addresses, "admin.kubeconfig")).users[0].user.token as string;
    const headers = { authorization: `Bearer ${token}` };
    const watching = await fetch(`${addresses.clusterUrl}/api/v1/pods?watch=1`, { headers });
    const drained = watching.text().catch(() => "closed");
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
    await drained;
  });

  it("says which port is taken", async () => {
    const first = await startSandbox();
    const port = Number(new URL(first.metricsUrl).port);
    await expect(startSandbox({ metricsPort: port }))
      .rejects.toThrow(`port ${port} is taken`)
      .finally(() => first.close());
  });
});

describe("the seed", () => {
  it("has two platforms alive, with candidates to promote and faults among them", async () => {
    const folder = newFolder();
    const sandbox = await startSandbox({ dataFolder: folder, seed: true, speed: 20 });
    try {
      const seed = sandbox.seed?.projects ?? [];
      expect(seed.map(({ name, services }) => [name, services.length])).toEqual([
        ["veza", 4],
        ["miniredis", 6],
      ]);
      const faults = seed.flatMap(({ services }) => services.flatMap(({ images }) => images.map(({ fault }) => fault)));
      expect(faults).toEqual(expect.arrayContaining(["crash", "errors"]));
      for (const project of seed) {
        expect(project.running).toHaveLength(project.services.length * 2);
        for (const run of project.running) {
          const health = await fetch(`${sandbox.servicesUrl}/${run.namespace}/${run.workload}/health`);
          expect(await health.json()).toEqual({ status: "ok", version: run.release, digest: run.digest });
          expect(project.releases.some(({ name }) => name === run.release)).toBe(true);
        }
        const names = project.releases.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
        for (const { artifacts } of project.releases) {
          for (const { repository, digest, tags, commit } of artifacts) {
            expect(tags).toContain(`sha-${commit.slice(0, 7)}`);
            const head = await fetch(`${sandbox.registryUrl}/v2/${repository}/manifests/${tags[0]}`, {
              method: "HEAD",
              headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
            });
            expect(head.headers.get("docker-content-digest")).toBe(digest);
          }
        }
      }
      const together = seed.flatMap(({ releases }) => releases).filter(({ artifacts }) => artifacts.length > 1);
      expect(together.map(({ name }) => name)).toEqual(["v2.5.0-rc.1"]);
      const served = await fetch(`${sandbox.servicesUrl}/sandbox/seed`);
      expect(await served.json()).toEqual(JSON.parse(JSON.stringify(sandbox.seed)));
    } finally {
      await sandbox.close();
    }
    await expect(startSandbox({ seed: ["nowhere"] })).rejects.toThrow("no platform is called nowhere");
    const again = await startSandbox({ dataFolder: folder, seed: true });
    expect(again.seed).toEqual(JSON.parse(JSON.stringify(sandbox.seed)));
    await again.close();
  });
});
