import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const DEBIANS_CHROMIUM = "/usr/bin/chromium";

/** Quiet, without sandbox (root has none) and without calls home: for a browser that Playwright did not bring. */
const FOREIGN_BROWSER_ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * The browser that is there, in this order: PLAYWRIGHT_CHROMIUM_PATH, Playwright's own, Debian's. Undefined if none is.
 * `executablePath` is undefined for Playwright's own, which it finds itself.
 *
 * @param {Record<string, string | undefined>} env
 * @param {string | undefined} playwrightsOwn
 * @param {string} debians
 */
export function findBrowser(env = process.env, playwrightsOwn = playwrightsExecutable(), debians = DEBIANS_CHROMIUM) {
  const named = env.PLAYWRIGHT_CHROMIUM_PATH;
  if (named) {
    if (!existsSync(named)) throw new Error(`PLAYWRIGHT_CHROMIUM_PATH names ${named}, which is not there`);
    return { name: named, executablePath: named };
  }
  if (playwrightsOwn !== undefined && existsSync(playwrightsOwn)) {
    return { name: "Playwright's own Chromium", executablePath: undefined };
  }
  return existsSync(debians) ? { name: debians, executablePath: debians } : undefined;
}

/** Playwright's launch options for the browser that was found. */
export function browserLaunch(browser = findBrowser()) {
  return browser?.executablePath === undefined
    ? {}
    : { executablePath: browser.executablePath, args: FOREIGN_BROWSER_ARGUMENTS };
}

/** The browser there is, or one that is installed now. Throws, saying what to run, if none can be had. */
export function ensureBrowser(root, say) {
  const found = findBrowser();
  if (found !== undefined) return found;
  say("no browser was found: Playwright installs its own");
  run(process.execPath, [path.join(root, "node_modules", "@playwright", "test", "cli.js"), "install", "chromium"]);
  const own = findBrowser();
  if (own !== undefined) return own;
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    say("that did not work: apt-get installs chromium");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    run("apt-get", ["update"], env);
    run("apt-get", ["install", "-y", "--no-install-recommends", "chromium"], env);
    const debians = findBrowser();
    if (debians !== undefined) return debians;
  }
  throw new Error(
    "there is no browser. Run: npx playwright install --with-deps chromium (or, on Debian as root: apt-get install chromium), " +
      "or name one: PLAYWRIGHT_CHROMIUM_PATH=/path/to/chromium npm test",
  );
}

function run(command, args, env = process.env) {
  spawnSync(command, args, { stdio: "inherit", env });
}

function playwrightsExecutable() {
  try {
    return createRequire(import.meta.url)("@playwright/test").chromium.executablePath();
  } catch {
    return undefined;
  }
}
