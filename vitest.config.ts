import path from "node:path";
import { defineConfig } from "vitest/config";

const notOurs = ["**/node_modules/**", "**/.next/**", "**/.waybill/**", "e2e/**"];

export default defineConfig({
  resolve: { alias: [{ find: /^@\//, replacement: `${path.resolve(import.meta.dirname)}/` }] },
  test: {
    maxWorkers: 2,
    // The servers that tests speak with are on loopback, as the sandbox is.
    env: { WAYBILL_OUTBOUND: "loopback" },
    setupFiles: ["scripts/test/fail-on-console-error.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["**/*.test.{ts,tsx}"],
          exclude: [...notOurs, "**/*.db.test.ts", "**/*.cluster.test.ts"],
          // Catches what hangs: how long a loaded machine takes decides nothing.
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "db",
          include: ["**/*.db.test.ts"],
          exclude: notOurs,
          globalSetup: ["lib/db/test-server.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "cluster",
          // On a real cluster, and only where asked for (npm run test:cluster): KUBECONFIG alone may name anybody's.
          include: process.env.WAYBILL_TEST_CLUSTER === "yes" ? ["**/*.cluster.test.ts"] : [],
          exclude: notOurs,
          globalSetup: ["lib/db/test-server.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
