import { askFor, expectPhase, readCell } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled, mainOf, promotionOf, stampOf } from "./locators";
import { deployedDigest, expectRunning, seededDigest, seededService, taggedDigest } from "./sandbox";
import { namespaces, uses } from "./who-uses-what";

// Goal: a release that turned out badly goes back to what was verified before, in two clicks and without an approval.

const { project, service, before, version } = uses.rollBack;

test("a click brings back what was verified before", async ({ signIn }) => {
  const page = await signIn("rita");
  const { repository, workload } = await seededService(project, service);
  const [verified, newer] = [
    await seededDigest(project, service, before),
    await seededDigest(project, service, version),
  ];
  const ask = (which: string) => askFor(page, { project, environment: "staging", release: `${service}@${which}` });
  await expectPhase(page, await ask(before), "succeeded");
  const bad = await ask(version);
  await expectPhase(page, bad, "succeeded");
  expect(await deployedDigest(namespaces[project].staging, workload)).toBe(newer);

  await test.step("the promotion's page leads to a preview of the way back", async () => {
    await page.goto(`/promotions/${bad}`);
    await page.getByRole("link", { name: "Roll back" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Roll back ${service} in staging`);
    await expect(boxTitled(page, "Would run again")).toContainText(before);
    await expect(mainOf(page).getByText(`It undoes ${bad}`)).toBeVisible();
    await expectAccessible(page, "rollback preview");
  });

  await test.step("one click does it; it is a promotion of its own, linked to what it undoes", async () => {
    await page.getByRole("button", { name: "Roll back now" }).click();
    await page.waitForURL((url) => url.pathname.startsWith("/promotions/") && !url.pathname.endsWith(`/${bad}`));
    await expect(mainOf(page).getByText(`undoes ${bad}`)).toBeVisible();
    await expect(stampOf(page)).toHaveText("succeeded", { timeout: 120_000 });
    await expectRunning(namespaces[project].staging, workload, verified);
    expect(await taggedDigest(repository, "staging")).toBe(verified);
    expect(await readCell(page, project, service, "staging")).toMatchObject({ wanted: { digest: verified } });
    await expectAccessible(page, "rollback");
  });

  await test.step("what was undone says by what", async () => {
    const back = promotionOf(page);
    await page.goto(`/promotions/${bad}`);
    await expect(mainOf(page).getByText(`undone by ${back}`)).toBeVisible();
    await page.getByRole("link", { name: back }).click();
    await page.waitForURL(`/promotions/${back}`);
  });
});
