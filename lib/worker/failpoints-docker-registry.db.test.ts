import { afterAll, describe, it } from "vitest";
import {
  type DockerRegistry,
  dockerRegistryPath,
  startDockerRegistry,
} from "@/lib/adapters/oci/testing/docker-registry";
import { createDemoWorld } from "@/lib/engine/testing/demo-world";
import { failpointSuite } from "@/lib/worker/testing/failpoint-suite";

let registry: DockerRegistry | undefined;
afterAll(() => registry?.stop());

if (dockerRegistryPath() === undefined) {
  describe("a worker that is killed between two effects, on docker-registry", () => {
    it.skip("docker-registry is not installed: apt-get install docker-registry");
  });
} else {
  failpointSuite("on docker-registry", async () => {
    registry = await startDockerRegistry({ kind: "none" });
    return createDemoWorld({ worker: false, registryUrl: registry.url });
  });
}
