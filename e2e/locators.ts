import type { Locator, Page } from "@playwright/test";

/** The page's own part; what has arrived but is not shown yet is left out. */
export function mainOf(page: Page): Locator {
  return page.getByRole("main");
}

/** A box of a sheet by the words of its caption. */
export function boxTitled(page: Page, title: string | RegExp): Locator {
  const exact = typeof title === "string";
  return mainOf(page)
    .locator("section.box")
    .filter({ has: page.getByRole("heading", { name: title, exact }) });
}

/** A notice on the page by some of its words. */
export function noticeWith(page: Page, words: string | RegExp): Locator {
  return mainOf(page).locator(".alert").filter({ hasText: words });
}

/** What stands beside the page's title: the state of the promotion or the environment. */
export function stampOf(page: Page): Locator {
  return mainOf(page).locator(".page__line").locator(".stamp, .state");
}

/** A service's line of the matrix, by its repository: names repeat between projects. */
export function matrixRow(page: Page, repository: string): Locator {
  return page.getByRole("row").filter({ hasText: repository });
}

/** The promotion whose page is open. */
export function promotionOf(page: Page): string {
  const [, id] = /\/promotions\/([^/?#]+)/.exec(page.url()) ?? [];
  if (id === undefined) throw new Error(`${page.url()} is not a promotion's page`);
  return id;
}
