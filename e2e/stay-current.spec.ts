import type { Page } from "@playwright/test";
import { callApi } from "./api";
import { expect, test } from "./fixtures";
import { stampOf } from "./locators";
import { makeOwnProject } from "./own-project";
import { uses } from "./who-uses-what";

// Goal: whoever looks at a page sees what is, whatever the connection does, and is told where that cannot be.

const markOf = (page: Page, word: string) => page.getByRole("status").filter({ hasText: new RegExp(`^${word}$`) });

test("a change that comes before the stream stands is shown, and so is one that comes while it is cut off", async ({
  signIn,
  expectComplaint,
}) => {
  const { name: project } = await makeOwnProject(await signIn("ada"), { name: uses.stayCurrent.project });
  const rita = await signIn("rita");
  const place = { project, environment: "staging" };
  const hold = () => callApi(rita, "POST", "/holds", { data: { ...place, reason: "to be seen" } });
  const lift = () => callApi(rita, "DELETE", `/holds/${project}/staging?why=seen`);
  // Another page of hers, whose visits end at once: its stream is held back or cut off.
  const page = await rita.context().newPage();
  const stream = (url: URL) => url.pathname === "/api/events";

  await test.step("between the reading of the page and its stream", async () => {
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    await page.route(stream, async (route) => {
      await opened;
      await route.continue();
    });
    await page.goto(`/environments/${project}/staging`);
    await expect(stampOf(page)).toHaveText("open");
    expect((await hold()).status).toBe(201);
    await expect(stampOf(page)).toHaveText("open");
    open();
    await expect(markOf(page, "live")).toBeVisible();
    await expect(stampOf(page)).toHaveText("held");
    await page.unroute(stream);
  });

  await test.step("while the stream is cut off the page asks, and says so", async () => {
    expectComplaint(/\/api\/events/);
    await page.route(stream, (route) => route.abort());
    await page.reload();
    await expect(markOf(page, "polling")).toBeVisible();
    await expect(stampOf(page)).toHaveText("held");
    expect((await lift()).status).toBe(200);
    // It asks every ten seconds.
    await expect(stampOf(page)).toHaveText("open", { timeout: 120_000 });
    await expect(markOf(page, "polling")).toBeVisible();
  });

  await test.step("where nothing answers it says that too, keeps what it knew, and is live again after", async () => {
    expectComplaint(/\/api\/view\//);
    const views = (url: URL) => url.pathname.startsWith("/api/view/");
    await page.route(views, (route) => route.abort());
    await expect(markOf(page, "offline")).toBeVisible({ timeout: 120_000 });
    await expect(stampOf(page)).toHaveText("open");
    expect((await hold()).status).toBe(201);
    await page.unroute(views);
    await page.unroute(stream);
    await expect(markOf(page, "live")).toBeVisible({ timeout: 120_000 });
    await expect(stampOf(page)).toHaveText("held");
  });
});
