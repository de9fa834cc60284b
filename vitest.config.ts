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
    // What is polled for comes from a server or another loop: a loaded machine may take its time.
    expect: { poll: { timeout: 30_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["**/*.test.{ts,tsx}"],
          exclude: [...notOurs, "**/*.db.test.ts", "**/*.cluster.test.ts"],
          // Catches what hangs: how long a loaded machine takes decides nothing.
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: "db",
          include: ["**/*.db.test.ts"],
          exclude: notOurs,
          globalSetup: ["lib/db/test-server.ts"],
          // As in the unit tests; what is waited for inside a test gives up before that, with words.
          testTimeout: 300_000,
          hookTimeout: 300_000,
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
