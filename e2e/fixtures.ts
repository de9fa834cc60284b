import AxeBuilder from "@axe-core/playwright";
import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";

export type Person = "rita" | "arjun" | "vera" | "ada" | "noor" | "leo";

interface SignInOptions {
  /** Width of the window in CSS pixels; 1440 unless told. */
  width?: number;
}

interface Fixtures {
  /**
   * Opens a browser of its own for a person of the demo, signed in; whatever it complains about fails the test. A visit
   * of its page (`goto`, `reload`) ends when the page says that it is live: what is pressed before does nothing.
   */
  signIn(person: Person, options?: SignInOptions): Promise<Page>;
  /** Opens a browser of its own for nobody yet, at another address of the product; it complains to the same test. */
  openAt(address: string): Promise<Page>;
  /** Complaints of the browser that belong to what the test does, such as a refused request. */
  expectComplaint(complaint: RegExp): void;
}

interface Shared {
  complaints: { seen: string[]; expected: RegExp[] };
  openBrowser(address: string | undefined, width: number): Promise<BrowserContext>;
}

export const test = base.extend<Fixtures & Shared>({
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
  openBrowser: async ({ browser, complaints, contextOptions }, use, testInfo) => {
    const contexts: BrowserContext[] = [];
    await use(async (address, width) => {
      const { locale, timezoneId, actionTimeout, navigationTimeout } = testInfo.project.use;
      const context = await browser.newContext({
        ...contextOptions,
        ...{ baseURL: address, locale, timezoneId },
        viewport: { width, height: 900 },
      });
      contexts.push(context);
      context.setDefaultTimeout(actionTimeout ?? 0);
      context.setDefaultNavigationTimeout(navigationTimeout ?? 0);
      listen(context, complaints.seen);
      return context;
    });
    for (const context of contexts) await context.close();
  },
  signIn: async ({ openBrowser, baseURL }, use) => {
    await use(async (person, { width = 1440 } = {}) => {
      const context = await openBrowser(baseURL, width);
      await startSession(context, person);
      return endVisitsLive(await context.newPage());
    });
  },
  openAt: async ({ openBrowser }, use) => {
    await use(async (address) => (await openBrowser(address, 1440)).newPage());
  },
});

export { expect };

/** Only a page that React has got says "live"; until then a key or a click meets dead markup. */
function endVisitsLive(page: Page): Page {
  const visits = { goto: page.goto.bind(page), reload: page.reload.bind(page) };
  const live = () => expect(page.getByRole("status").filter({ hasText: /^live$/ })).toBeVisible();
  page.goto = async (...visit) => {
    const answer = await visits.goto(...visit);
    await live();
    return answer;
  };
  page.reload = async (...visit) => {
    const answer = await visits.reload(...visit);
    await live();
    return answer;
  };
  return page;
}

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

const wcag22AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Of those, what another colour scheme can break. */
const rulesOfColour = ["color-contrast", "link-in-text-block"];

/**
 * Holds the page as it stands to WCAG 2.2 AA, in light and dark, wide and at 360 px, where nothing may stick out either.
 * Gives the window back as it was.
 */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  const before = page.viewportSize() ?? { width: 1440, height: 900 };
  for (const width of [1440, 360]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await expect(page.locator("html")).toHaveAttribute("data-theme", colorScheme);
      await growToContent(page, width);
      let found = await violationsOf(page, colorScheme);
      // What came in while axe looked may have pushed something under the phone's bar: it looks at the whole page again.
      while (found.length > 0 && (await growToContent(page, width))) found = await violationsOf(page, colorScheme);
      expect.soft(found, `${what}, ${colorScheme} at ${width} px`).toEqual([]);
    }
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect.soft(beyond, `${what}: pixels beyond a window of ${width}`).toBeLessThanOrEqual(0);
  }
  await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: null });
}

/**
 * Makes the window as high as the page: what a phone's bar covers at one place of scrolling is not too small to press.
 * Some boxes grow with the window up to their limit, so the page may have grown by that. Answers whether it had to.
 */
async function growToContent(page: Page, width: number): Promise<boolean> {
  for (let tries = 0; tries < 8; tries += 1) {
    await settled(page);
    const content = await page.evaluate(() => document.documentElement.scrollHeight);
    if (content <= (page.viewportSize()?.height ?? 0)) return tries > 0;
    await page.setViewportSize({ width, height: content });
  }
  return true;
}

/** Each broken rule with its place. */
async function violationsOf(page: Page, colorScheme: "light" | "dark"): Promise<string[]> {
  // There are no frames of other sites, which the other mode opens a second page for.
  const axe = new AxeBuilder({ page }).setLegacyMode();
  const { violations } = await (colorScheme === "light"
    ? axe.withTags(wcag22AA)
    : axe.withRules(rulesOfColour)
  ).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`));
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
