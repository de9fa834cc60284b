import { readCell } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled, mainOf, matrixRow, stampOf } from "./locators";
import { expectRunning, seededDigest, seededService, taggedDigest } from "./sandbox";
import { namespaces, uses } from "./who-uses-what";

// Goal: a release manager brings a candidate to staging, sees it happen, and the cluster and the registry agree.

const { project, service, version } = uses.promoteToStaging;

test("a candidate goes to staging, from the overview to the registry's tag", async ({ signIn }) => {
  const page = await signIn("rita");
  const { repository, workload } = await seededService(project, service);
  const digest = await seededDigest(project, service, version);

  await test.step("the overview offers it in the service's line", async () => {
    await page.goto("/");
    const row = matrixRow(page, repository);
    const promote = row.getByRole("link", { name: `Promote ${service} to staging` });
    // What other tests do moves the line away from under the mouse; the focus stays with it.
    await row.getByRole("link").first().focus();
    await expect(promote).toBeVisible();
    await expectAccessible(page, "overview");
    await row.getByRole("link").first().focus();
    await promote.click();
  });

  await test.step("the preview says exactly what would happen", async () => {
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Promote ${service} to staging`);
    await expect(page.getByRole("heading", { name: "Starts at once" })).toBeVisible();
    await expect(boxTitled(page, "Would run")).toContainText(version);
    await expect(boxTitled(page, "Would run")).toContainText(digest.slice(7, 11));
    await expectAccessible(page, "promote preview");
  });

  await test.step("one click starts it, and the page follows it to its end", async () => {
    await mainOf(page).getByLabel("Reason").fill("the fix for the cache");
    await page.getByRole("button", { name: "Promote now" }).click();
    await page.waitForURL(/\/promotions\/miniredis-\d+$/);
    await expect(page.getByRole("heading", { level: 1 })).toContainText(`${service} ${version}`);
    await expect(mainOf(page).getByText("“the fix for the cache”")).toBeVisible();
    await expectAccessible(page, "promotion under way");
    await expect(stampOf(page)).toHaveText("succeeded", { timeout: 120_000 });
    await expect(boxTitled(page, "Where it stands")).toContainText("seen running in staging and verified");
    await expect(boxTitled(page, "Tags")).toContainText(`staging of ${service} moved`);
    await expectAccessible(page, "promotion that succeeded");
  });

  await test.step("what the pages say is so", async () => {
    await expectRunning(namespaces[project].staging, workload, digest);
    expect(await taggedDigest(repository, "staging")).toBe(digest);
    await expect
      .poll(() => readCell(page, project, service, "staging"))
      .toMatchObject({ observed: { digest, version } });
    await page.getByRole("link", { name: "Overview" }).click();
    const staging = matrixRow(page, repository).getByRole("gridcell").first();
    await expect(staging).toContainText(version);
    await expect(staging).toContainText("healthy");
  });
});
