import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled, promotionOf, stampOf } from "./locators";
import { makeOwnProject } from "./own-project";
import { deployedDigest, expectRunning } from "./sandbox";
import { uses } from "./who-uses-what";

// Goal: a person stops a promotion in the middle, and what it has changed goes back first.

test("a promotion that hangs is aborted: it goes back, and its digest is not blocked", async ({ signIn }) => {
  // Of its own, because the demo's deadline of a minute may be over before somebody has read what stopping does.
  const options = { name: uses.abort.project, fault: "unready", unasked: true } as const;
  const { name: project, digests } = await makeOwnProject(await signIn("ada"), options);
  const namespace = `${project}-staging`;
  const page = await signIn("rita");

  await page.goto(`/promote?project=${project}&environment=staging&release=api@v1.2.0`);
  await page.getByRole("button", { name: "Promote now" }).click();
  await page.waitForURL((url) => url.pathname.startsWith(`/promotions/${project}-`));
  // Its pods never get ready: it stays here until its deadline.
  await expect(stampOf(page)).toHaveText("rolling out");
  await expect.poll(() => deployedDigest(namespace, "api")).toBe(digests["v1.2.0"]);

  await test.step("stopping says its exact effect and asks why", async () => {
    await page.getByRole("button", { name: "Abort and roll back" }).click();
    const dialog = page.getByRole("dialog", { name: "Stop this promotion" });
    await expect(dialog).toContainText("api goes back to v1.0.0");
    await dialog.getByRole("button", { name: "Abort and roll back" }).click();
    await expect(dialog).toContainText("Say why, in at least 3 characters.");
    await expectAccessible(page, "abort dialog");
    await dialog.getByLabel("Why").fill("it never gets ready");
    await dialog.getByRole("button", { name: "Abort and roll back" }).click();
    await expect(dialog).toBeHidden();
  });

  await test.step("it goes back, ends as aborted, and says who stopped it and why", async () => {
    await expect(stampOf(page)).toHaveText("aborted", { timeout: 120_000 });
    await expectRunning(namespace, "api", digests["v1.0.0"]);
    const cause = boxTitled(page, "Why it was stopped");
    await expect(cause).toContainText("it never gets ready");
    await expect(cause).toContainText("Rita Moreau");
    await expectAccessible(page, "aborted promotion");
  });

  await test.step("the release may be asked for again", async () => {
    const id = promotionOf(page);
    await page.getByRole("link", { name: "Preview it again" }).click();
    await expect(page.getByRole("button", { name: "Promote now" })).toBeEnabled();
    await page.goto(`/promotions?project=${project}&service=api`);
    await expect(page.getByRole("row").filter({ hasText: id })).toContainText("aborted");
    await expectAccessible(page, "promotions");
  });
});
