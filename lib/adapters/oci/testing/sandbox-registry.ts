import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listen } from "@/sandbox/http-server";
import { ImageStore } from "@/sandbox/registry/image-store";
import { createRegistryApi } from "@/sandbox/registry/registry-api";
import { createRegistryAuth, type RegistryAuthMode } from "@/sandbox/registry/registry-auth";

/** The sandbox's registry alone, on a free port of loopback, with an empty store. */
export async function startSandboxRegistry(mode: RegistryAuthMode): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "waybill-sandbox-registry-"));
  const server = await listen(createRegistryApi(new ImageStore(folder), createRegistryAuth(mode)), 0);
  return {
    url: server.url,
    async stop() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
