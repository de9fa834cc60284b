import AxeBuilder from "@axe-core/playwright";
import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";

export type Person = "rita" | "arjun" | "vera" | "ada";

interface SignInOptions {
  /** Width of the window in CSS pixels; 1440 unless told. */
  width?: number;
}

interface Fixtures {
  /** Opens a browser of its own for a person of the demo, signed in; whatever it complains about fails the test. */
  signIn(person: Person, options?: SignInOptions): Promise<Page>;
  /** Complaints of the browser that belong to what the test does, such as a refused request. */
  expectComplaint(complaint: RegExp): void;
}

export const test = base.extend<Fixtures & { complaints: { seen: string[]; expected: RegExp[] } }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's needs from this pattern
  complaints: async ({}, use) => {
    const complaints = { seen: [] as string[], expected: [] as RegExp[] };
    await use(complaints);
    const unexpected = complaints.seen.filter((one) => !complaints.expected.some((pattern) => pattern.test(one)));
    expect(unexpected, "the browser's console").toEqual([]);
  },
  expectComplaint: async ({ complaints }, use) => {
    await use((complaint) => complaints.expected.push(complaint));
  },
  signIn: async ({ browser, baseURL, complaints, contextOptions }, use, testInfo) => {
    const contexts: BrowserContext[] = [];
    await use(async (person, { width = 1440 } = {}) => {
      const { locale, timezoneId } = testInfo.project.use;
      const context = await browser.newContext({
        ...contextOptions,
        ...{ baseURL, locale, timezoneId },
        viewport: { width, height: 900 },
      });
      contexts.push(context);
      context.setDefaultTimeout(15_000);
      listen(context, complaints.seen);
      await startSession(context, person);
      return context.newPage();
    });
    for (const context of contexts) await context.close();
  },
});

export { expect };

/** Every word the browser logs as an error or a warning, and every error that nobody caught. */
function listen(context: BrowserContext, seen: string[]): void {
  context.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    seen.push(`${message.page()?.url()}: ${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (error) => seen.push(`${error.page()?.url()}: ${error.error().stack}`));
}

/** The same requests as the sign-in page's, which a test of its own goes through. */
async function startSession(context: BrowserContext, person: Person): Promise<void> {
  const { csrfToken } = (await (await context.request.get("/api/auth/csrf")).json()) as { csrfToken: string };
  const form = { person, csrfToken, callbackUrl: "/", json: "true" };
  const answer = await context.request.post("/api/auth/callback/demo", { form });
  expect(answer.ok(), `sign-in of ${person}: ${answer.status()}`).toBe(true);
}

const looks = [
  { width: 1440, colorScheme: "light" },
  { width: 1440, colorScheme: "dark" },
  { width: 360, colorScheme: "light" },
  { width: 360, colorScheme: "dark" },
] as const;

const wcag22AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/**
 * Holds the page as it stands to WCAG 2.2 AA, in light and dark, wide and at 360 px, where nothing may stick out either.
 * Gives the window back as it was.
 */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  const before = page.viewportSize() ?? { width: 1440, height: 900 };
  for (const { width, colorScheme } of looks) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    // As high as the page: what a phone's bar covers at one place of scrolling is not too small to press.
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width, height: Math.max(900, height) });
    await expect(page.locator("html")).toHaveAttribute("data-theme", colorScheme);
    await settled(page);
    const { violations } = await new AxeBuilder({ page }).withTags(wcag22AA).analyze();
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`),
    );
    expect.soft(found, `${what}, ${colorScheme} at ${width} px`).toEqual([]);
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect.soft(beyond, `${what}: pixels beyond a window of ${width}`).toBeLessThanOrEqual(0);
  }
  await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: null });
}

/** Fonts are there and no transition is on its way: colours in between are nobody's choice. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    const passing = document
      .getAnimations()
      .filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime) && one.playState === "running");
    await Promise.allSettled(passing.map((one) => one.finished));
  });
}
