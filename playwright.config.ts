import { defineConfig } from "@playwright/test";
import { browserLaunch } from "./scripts/test/find-browser.mjs";

/**
 * The browser tests: the whole product as `npm start` runs it, on a folder and ports of its own. WAYBILL_E2E_URL with
 * WAYBILL_HOME points them at one that runs already; it must be fresh, since each test uses up what it names in
 * e2e/who-uses-what.ts.
 */
export default defineConfig({
  testDir: "e2e",
  globalSetup: "./e2e/start-product.ts",
  workers: 2,
  retries: 0,
  forbidOnly: process.env.CI !== undefined,
  // So long as a busy machine may take: what holds earlier is not waited for.
  timeout: 300_000,
  expect: { timeout: 30_000 },
  reporter: [["list"]],
  outputDir: "test-results",
  use: {
    // Workers read this file again, after the setup has said where the product is.
    baseURL: process.env.WAYBILL_E2E_URL,
    locale: "en-GB",
    timezoneId: "Europe/Paris",
    viewport: { width: 1440, height: 900 },
    contextOptions: { reducedMotion: "reduce" },
    actionTimeout: 30_000,
    navigationTimeout: 60_000,
    trace: "retain-on-failure",
    launchOptions: browserLaunch(),
  },
});
