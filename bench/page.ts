import { gzipSync } from "node:zlib";
import { type Browser, chromium, type Page } from "@playwright/test";
import { withBenchDatabase } from "@/bench/bench-database";
import { environments, growFleet, growLedger } from "@/bench/fleet";
import { percentile } from "@/bench/percentile";
import type { Row } from "@/bench/row";
import { signIn } from "@/bench/signed-in";
import { startWebServer } from "@/bench/web-server";
import { browserLaunch } from "@/scripts/test/find-browser.mjs";

const SERVICES = 10_000;
const LOADS = 7;
const PAINT_MS_MAX = 1_000;
const KILOBYTES_MAX = 180;
const SCROLL_STEPS = 60;
/** A strong flick of the wheel: two thirds of a screen, ten times a second. */
const SCROLL_STEP_PX = 600;
const SCROLL_STEP_MS = 100;
/** Too narrow for five environments: the matrix scrolls in both directions, in a frame of its own. */
const NARROW = { width: 800, height: 900 };
const WIDE = { width: 1440, height: 900 };

/** The overview of a large fleet in Chromium: its first paint, a fast scroll, the JavaScript that it needs. */
export async function run(): Promise<Row[]> {
  return await withBenchDatabase(async (url, ownerUrl) => {
    const person = await signIn(url);
    await growFleet(url, SERVICES, ownerUrl);
    await growLedger(url, 1_000, ownerUrl);
    const web = await startWebServer(url, person.env);
    const browser = await chromium.launch(browserLaunch());
    try {
      const cookie = await person.cookie(web.address);
      const open = () => openPage(browser, web.address, cookie);
      return [
        paintRow(await firstPaints(open)),
        scrollRow("down the page", await scrollDown(open)),
        scrollRow("in both directions, in a frame", await scrollAcross(open)),
        scriptsRow(await firstScripts(web.address, cookie)),
      ];
    } finally {
      await browser.close();
      await web.stop();
    }
  });
}

type Open = () => Promise<{ page: Page; close: () => Promise<void> }>;

/** A browser that has never been here: nothing is in its cache. */
async function openPage(browser: Browser, address: string, cookie: string): Promise<Awaited<ReturnType<Open>>> {
  const context = await browser.newContext({ baseURL: address, viewport: WIDE });
  const [name = "", value = ""] = cookie.split("=");
  await context.addCookies([{ name, value, url: address }]);
  // What compiles this file marks functions with it, also those that run in the page.
  await context.addInitScript({ content: "globalThis.__name = (marked) => marked;" });
  const page = await context.newPage();
  return { page, close: () => context.close() };
}

/** From the navigation's start to the frame behind the one in which the matrix has its first service; milliseconds. */
async function firstPaints(open: Open): Promise<number[]> {
  const times: number[] = [];
  for (let load = 0; load <= LOADS; load++) {
    const { page, close } = await open();
    await page.addInitScript(() => {
      const look = () => {
        if (!document.querySelector(".matrix__row .service__name")) return requestAnimationFrame(look);
        requestAnimationFrame(() => performance.mark("matrix-painted"));
      };
      requestAnimationFrame(look);
    });
    await page.goto("/");
    const painted = await page.waitForFunction(() => performance.getEntriesByName("matrix-painted")[0]?.startTime);
    // The first one warms the server up.
    if (load > 0) times.push((await painted.jsonValue()) ?? Number.NaN);
    await close();
  }
  return times;
}

interface Scrolled {
  frames: number;
  /** Frames in which a point of the matrix in sight had no line drawn. */
  gaps: number;
  /** Lines looked at, and those of them whose content was not there yet. */
  lines: number;
  empty: number;
  /** Longest pause between two frames; milliseconds. */
  longestFrameMs: number;
}

async function scrollDown(open: Open): Promise<Scrolled> {
  const { page, close } = await open();
  await ready(page);
  await page.mouse.move(WIDE.width / 2, WIDE.height / 2);
  const scrolled = await watched(page, async () => {
    for (let step = 0; step < SCROLL_STEPS; step++) {
      await page.mouse.wheel(0, SCROLL_STEP_PX);
      await page.waitForTimeout(SCROLL_STEP_MS);
    }
  });
  await close();
  return scrolled;
}

async function scrollAcross(open: Open): Promise<Scrolled> {
  const { page, close } = await open();
  await page.setViewportSize(NARROW);
  await ready(page);
  await page.locator(".matrix--frame").scrollIntoViewIfNeeded();
  const box = await page.locator(".matrix--frame").boundingBox();
  if (!box) throw new Error("a narrow matrix has a frame of its own");
  await page.mouse.move(box.x + box.width / 2, box.y + Math.min(box.height, NARROW.height - box.y) / 2);
  const scrolled = await watched(page, async () => {
    for (let step = 0; step < SCROLL_STEPS; step++) {
      const sideways = step % 6 < 3 ? 160 : -160;
      await page.mouse.wheel(sideways, SCROLL_STEP_PX / 2);
      await page.waitForTimeout(SCROLL_STEP_MS);
    }
  });
  await close();
  return scrolled;
}

async function ready(page: Page): Promise<void> {
  await page.goto("/");
  await page.waitForSelector(".matrix__row .service__name");
}

/** Looks at every frame at points down the middle and the right of the matrix while `work` goes on. */
async function watched(page: Page, work: () => Promise<void>): Promise<Scrolled> {
  await page.evaluate(startWatching);
  await work();
  return await page.evaluate(() => (window as unknown as { stopWatching: () => Scrolled }).stopWatching());
}

/** Runs in the page: it can use nothing from outside itself. */
function startWatching(): void {
  const seen = { frames: 0, gaps: 0, lines: 0, empty: 0, longestFrameMs: 0 };
  let goesOn = true;
  let before = performance.now();
  const look = () => {
    const now = performance.now();
    seen.longestFrameMs = Math.max(seen.longestFrameMs, now - before);
    before = now;
    seen.frames += 1;
    const matrix = document.querySelector(".matrix")?.getBoundingClientRect();
    if (matrix) {
      const top = Math.max(matrix.top, 48) + 90;
      const bottom = Math.min(matrix.bottom, innerHeight) - 30;
      let hasGap = false;
      for (let y = top; y < bottom; y += 40) {
        for (const x of [matrix.left + matrix.width * 0.5, matrix.right - 40]) {
          const element = document.elementFromPoint(x, y);
          const line = element?.closest(".matrix__row, .matrix__project, .matrix__head");
          if (!element?.closest(".matrix")) continue;
          if (!line) hasGap = true;
          else if (line.classList.contains("matrix__row")) {
            seen.lines += 1;
            if (line.classList.contains("matrix__row--loading")) seen.empty += 1;
          }
        }
      }
      if (hasGap) seen.gaps += 1;
    }
    if (goesOn) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  Object.assign(window, {
    stopWatching: () => {
      goesOn = false;
      return seen;
    },
  });
}

/** The scripts that the page's HTML names: those that come later, when something is opened, are not among them. */
async function firstScripts(address: string, cookie: string): Promise<{ count: number; bytes: number }> {
  const html = await (await fetch(address, { headers: { cookie } })).text();
  const modern = html.replaceAll(/<script[^>]*nomodule[^>]*>/gi, "");
  const sources = new Set([...modern.matchAll(/<script[^>]*\ssrc="([^"]+)"/g)].map(([, source]) => source ?? ""));
  let bytes = 0;
  for (const source of sources) {
    const script = await fetch(new URL(source, address));
    bytes += gzipSync(Buffer.from(await script.arrayBuffer())).length;
  }
  return { count: sources.size, bytes };
}

function paintRow(times: number[]): Row {
  const p50 = percentile(times, 0.5);
  return {
    what: `page: first paint of the matrix at ${SERVICES.toLocaleString("en-US")} services × ${environments.length}`,
    measured: `${p50.toFixed(0)} ms p50, ${Math.max(...times).toFixed(0)} ms at most, of ${times.length} loads`,
    against: "—",
    figure: `${p50.toFixed(0)} ms at p50`,
    aim: `≤ ${PAINT_MS_MAX} ms`,
    met: p50 <= PAINT_MS_MAX,
  };
}

function scrollRow(how: string, { frames, gaps, lines, empty, longestFrameMs }: Scrolled): Row {
  const share = lines === 0 ? Number.NaN : (100 * empty) / lines;
  return {
    what: `page: ${SCROLL_STEPS} steps of a fast scroll ${how}`,
    measured: `${gaps} of ${frames} frames with a gap, ${share.toFixed(1)} % of lines still loading, longest frame ${longestFrameMs.toFixed(0)} ms`,
    against: "—",
    figure: `${gaps} frames with a gap`,
    aim: "none",
    met: gaps === 0 && frames > 0 && lines > 0,
  };
}

function scriptsRow({ count, bytes }: { count: number; bytes: number }): Row {
  const kilobytes = bytes / 1024;
  return {
    what: `page: JavaScript of the first load, ${count} files, gzipped`,
    measured: `${kilobytes.toFixed(0)} KB`,
    against: "—",
    figure: `${kilobytes.toFixed(0)} KB`,
    aim: `≤ ${KILOBYTES_MAX} KB`,
    met: kilobytes <= KILOBYTES_MAX,
  };
}
