import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled, promotionOf, stampOf } from "./locators";
import { deployedDigest, expectRunning, seededDigest, seededService } from "./sandbox";
import { namespaces, uses } from "./who-uses-what";

// Goal: a person stops a promotion in the middle, and what it has changed goes back first.

const { project, service, version, before } = uses.abort;
const namespace = namespaces[project].staging;

test("a promotion that hangs is aborted: it goes back, and its digest is not blocked", async ({ signIn }) => {
  const page = await signIn("rita");
  const { workload } = await seededService(project, service);
  const good = await seededDigest(project, service, before);
  const hanging = await seededDigest(project, service, version);
  const preview = `/promote?project=${project}&environment=staging&release=${service}@${version}`;

  await page.goto(preview);
  await page.getByRole("button", { name: "Promote now" }).click();
  await page.waitForURL(/\/promotions\/miniredis-\d+$/);
  // Its pods never get ready: it stays here until its deadline.
  await expect(stampOf(page)).toHaveText("rolling out");
  await expect.poll(() => deployedDigest(namespace, workload)).toBe(hanging);

  await test.step("stopping says its exact effect and asks why", async () => {
    await page.getByRole("button", { name: "Abort and roll back" }).click();
    const dialog = page.getByRole("dialog", { name: "Stop this promotion" });
    await expect(dialog).toContainText(`${service} goes back to ${before}`);
    await dialog.getByRole("button", { name: "Abort and roll back" }).click();
    await expect(dialog).toContainText("Say why, in at least 3 characters.");
    await expectAccessible(page, "abort dialog");
    await dialog.getByLabel("Why").fill("it never gets ready");
    await dialog.getByRole("button", { name: "Abort and roll back" }).click();
    await expect(dialog).toBeHidden();
  });

  await test.step("it goes back, ends as aborted, and says who stopped it and why", async () => {
    await expect(stampOf(page)).toHaveText("aborted", { timeout: 60_000 });
    await expectRunning(namespace, workload, good);
    const cause = boxTitled(page, "Why it was stopped");
    await expect(cause).toContainText("it never gets ready");
    await expect(cause).toContainText("Rita Moreau");
    await expectAccessible(page, "aborted promotion");
  });

  await test.step("the release may be asked for again", async () => {
    const id = promotionOf(page);
    await page.getByRole("link", { name: "Preview it again" }).click();
    await expect(page.getByRole("button", { name: "Promote now" })).toBeEnabled();
    await page.goto(`/promotions?project=${project}&service=${service}`);
    await expect(page.getByRole("row").filter({ hasText: id })).toContainText("aborted");
    await expectAccessible(page, "promotions");
  });
});
