import { tmpdir } from "node:os";
import path from "node:path";
import { defineConfig } from "@playwright/test";
import { freePort } from "./lib/db/embedded/free-port";
import { browserLaunch } from "./scripts/test/find-browser.mjs";

// This file is read again in each worker process: what is chosen here once travels by the environment.
const { env } = process;
const isOurs = env.WAYBILL_E2E_URL === undefined || env.WAYBILL_E2E_STARTED === "yes";
if (env.WAYBILL_E2E_URL === undefined) {
  env.WAYBILL_E2E_STARTED = "yes";
  env.WAYBILL_HOME = path.join(tmpdir(), `waybill-e2e-${process.pid}`);
  env.PORT = String(await freePort());
  env.WORKER_PORT = String(await freePort());
  env.WAYBILL_E2E_URL = `http://127.0.0.1:${env.PORT}`;
}

/**
 * The browser tests: the whole product as `npm start` runs it, on a folder and ports of its own. WAYBILL_E2E_URL with
 * WAYBILL_HOME points them at one that runs already; it must be fresh, since each test uses up what it names in
 * e2e/who-uses-what.ts.
 */
export default defineConfig({
  testDir: "e2e",
  workers: 2,
  retries: 0,
  forbidOnly: env.CI !== undefined,
  timeout: 180_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  outputDir: "test-results",
  use: {
    baseURL: env.WAYBILL_E2E_URL,
    locale: "en-GB",
    timezoneId: "Europe/Paris",
    viewport: { width: 1440, height: 900 },
    contextOptions: { reducedMotion: "reduce" },
    actionTimeout: 15_000,
    navigationTimeout: 30_000,
    trace: "retain-on-failure",
    launchOptions: browserLaunch(),
  },
  webServer: isOurs
    ? {
        command: "node e2e/start-product.mjs",
        wait: { stdout: /Waybill is ready at/ },
        stdout: "pipe",
        stderr: "pipe",
        // A cold build of the pages and a new database are part of it.
        timeout: 300_000,
        gracefulShutdown: { signal: "SIGTERM", timeout: 30_000 },
      }
    : undefined,
});
