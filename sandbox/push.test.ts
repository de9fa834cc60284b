import { execFile, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { startSandbox } from "./start-sandbox";

const run = promisify(execFile);
const push = (...flags: string[]) => run(process.execPath, ["--import", "tsx", "sandbox/push.ts", ...flags]);

interface Config {
  config: { Labels: Record<string, string> };
}

/** The labels of the image under a tag, read as any client reads them. */
async function labelsOf(
  url: string,
  repository: string,
  tag: string,
): Promise<{ digest: string | null; labels: Record<string, string> }> {
  const headers = { accept: "application/vnd.oci.image.manifest.v1+json" };
  const answer = await fetch(`${url}/v2/${repository}/manifests/${tag}`, { headers });
  const manifest = (await answer.json()) as { config: { digest: string } };
  const config = (await (await fetch(`${url}/v2/${repository}/blobs/${manifest.config.digest}`)).json()) as Config;
  return { digest: answer.headers.get("docker-content-digest"), labels: config.config.Labels };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

it("pushes an image with its labels to the sandbox, and prints what to announce", async () => {
  const sandbox = await startSandbox();
  try {
    const commit = "0123456789abcdef0123456789abcdef01234567";
    const flags = [
      "--registry",
      sandbox.registryHost,
      "--repository",
      "app",
      "--tag",
      "v1",
      "--fault",
      "crash",
      "--revision",
      commit,
    ];
    const { stdout } = await push(...flags);
    const { digest, labels } = await labelsOf(sandbox.registryUrl, "app", "v1");
    expect(stdout.trim()).toBe(`app@${digest}`);
    expect(labels).toMatchObject({ "sandbox.fault": "crash", "org.opencontainers.image.revision": commit });
    await expect(push(...flags, "--fault", "nap")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("allowed are crash"),
    });
  } finally {
    await sandbox.close();
  }
});

it("pushes to Debian's docker-registry as well", async (context) => {
  if (spawnSync("docker-registry", ["--version"]).status !== 0) context.skip("docker-registry is not installed");
  const folder = mkdtempSync(join(tmpdir(), "docker-registry-test-"));
  const port = await freePort();
  const config = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: folder } },
    http: { addr: `127.0.0.1:${port}` },
  };
  writeFileSync(join(folder, "config.yml"), JSON.stringify(config));
  const registry = spawn("docker-registry", ["serve", join(folder, "config.yml")], { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  try {
    await expect
      .poll(
        () =>
          fetch(`${url}/v2/`).then(
            (answer) => answer.status,
            () => 0,
          ),
        { timeout: 60_000 },
      )
      .toBe(200);
    const { stdout } = await push("--registry", `127.0.0.1:${port}`, "--repository", "team/app", "--tag", "v1");
    const { digest, labels } = await labelsOf(url, "team/app", "v1");
    expect(stdout.trim()).toBe(`team/app@${digest}`);
    expect(labels).toMatchObject({ "org.opencontainers.image.version": "v1" });
  } finally {
    registry.kill();
    rmSync(folder, { recursive: true, force: true });
  }
});
