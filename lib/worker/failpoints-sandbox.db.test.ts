import { createDemoWorld } from "@/lib/engine/testing/demo-world";
import { failpointSuite } from "@/lib/worker/testing/failpoint-suite";

failpointSuite("on the sandbox", () => createDemoWorld({ worker: false }));
