import { expect, expectAccessible, test } from "./fixtures";
import { expectRunning, seededDigest, taggedDigest } from "./sandbox";
import { namespaces, uses } from "./who-uses-what";

// Goal: a release manager brings a candidate to staging, sees it happen, and the cluster and the registry agree.

const { project, service, version } = uses.promoteToStaging;

test("a candidate goes to staging, from the overview to the registry's tag", async ({ signIn }) => {
  const page = await signIn("rita");
  const digest = await seededDigest(project, service, version);

  await test.step("the preview says exactly what would happen", async () => {
    await page.goto(`/promote?project=${project}&environment=staging&release=${service}@${version}`);
    await expect(page.getByRole("heading", { name: `Promote ${service} to staging` })).toBeVisible();
    await expect(page.getByRole("heading", { name: "Starts at once" })).toBeVisible();
    await expectAccessible(page, "promote preview");
  });

  await page.getByRole("button", { name: "Promote now" }).click();
  await page.waitForURL(/\/promotions\/miniredis-\d+$/);
});
