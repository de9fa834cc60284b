// Runs the contract of the Kubernetes adapter against the real cluster that KUBECONFIG names.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { generateIfNeeded } from "./generate.mjs";
import { ensureInstalled } from "./start/install.mjs";
import { checkMachineNode, findNode } from "./start/node-binary.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

const usage = `Set KUBECONFIG to a cluster to test on (its current context; an administrator there):
  KUBECONFIG=~/.kube/config npm run test:cluster
The tests make two namespaces of their own (waybill-test-…) and remove them, apply deploy/rbac.yaml in one of them, and
do Waybill's part as a user with those rights alone: by impersonating the user "waybill", or with
  WAYBILL_TEST_KUBECONFIG  a kubeconfig of that user
  WAYBILL_TEST_USER        its name in the cluster, if it is not waybill
No image is pulled and no node is used: the pods ask for a scheduler that does not exist, and the tests write the status
that a kubelet would.`;

function fileNamed(variable) {
  const file = process.env[variable];
  if (!file) return undefined;
  if (file.includes(path.delimiter)) throw new Error(`${variable}=${file}: one file is needed, not a list`);
  if (!existsSync(file)) throw new Error(`${variable}=${file}: there is no such file`);
  return path.resolve(file);
}

try {
  const kubeconfig = fileNamed("KUBECONFIG");
  const limited = fileNamed("WAYBILL_TEST_KUBECONFIG");
  if (kubeconfig === undefined) throw new Error(usage);
  checkMachineNode();
  await ensureInstalled(root, (line) => console.log(line));
  generateIfNeeded(root);
  const vitest = path.join(root, "node_modules", "vitest", "vitest.mjs");
  const child = spawn(findNode(root), [vitest, "run", "--project", "cluster", ...process.argv.slice(2)], {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      WAYBILL_TEST_CLUSTER: "yes",
      KUBECONFIG: kubeconfig,
      ...(limited && { WAYBILL_TEST_KUBECONFIG: limited }),
    },
  });
  child.on("exit", (code, signal) => {
    process.exitCode = signal ? 1 : code;
  });
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}
