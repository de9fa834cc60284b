import { expectPhase, readCell } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled, noticeWith, promotionOf } from "./locators";
import { runningProduct } from "./product";
import { expectRunning, seededDigest, seededService, setImageByHand } from "./sandbox";
import { namespaces, uses } from "./who-uses-what";

// Goal: what somebody changes behind Waybill's back shows within seconds, and a person adopts it or takes it back.

const { project, service, runs, byHand } = uses.drift;
const namespace = namespaces[project].staging;

test("a change by hand shows as drift, is adopted, and the next one is reverted", async ({ signIn }) => {
  const { repository, workload, container } = await seededService(project, service);
  const before = await seededDigest(project, service, runs);
  const changed = await seededDigest(project, service, byHand);
  const setByHand = (digest: string) => {
    const image = `${runningProduct().sandbox.registryHost}/${repository}@${digest}`;
    return setImageByHand(namespace, workload, container, image);
  };
  const page = await signIn("rita");
  await page.goto(`/services/${project}/${service}`);
  const staging = boxTitled(page, "staging");
  await expect(staging.getByText(runs, { exact: true })).toBeVisible();
  const drift = noticeWith(page, `Drift: ${service} in staging`);
  await expect(drift).toBeHidden();

  await test.step("it shows on the open page by itself", async () => {
    await setByHand(changed);
    await expect(drift).toContainText(`It runs ${byHand}`);
    await expect(drift).toContainText(`should run ${runs}`);
    await expectAccessible(page, "service with drift");
  });

  await test.step("adopting makes it what should run, and changes nothing on the cluster", async () => {
    await drift.getByRole("button", { name: "Adopt…" }).click();
    const dialog = page.getByRole("dialog", { name: "Adopt what runs in staging" });
    const adopt = dialog.getByRole("button", { name: "Adopt what runs" });
    await expect(adopt).toBeDisabled();
    await expect(adopt).toHaveAccessibleDescription("Say why, in at least 3 characters.");
    await expect(dialog.getByLabel("Reason")).toBeFocused();
    await dialog.getByLabel("Reason").fill("Emma fixed the outage with it");
    await expectAccessible(page, "adopting drift");
    await adopt.click();
    await expect(dialog).toBeHidden();
    await expect(drift).toBeHidden();
    await expect
      .poll(() => readCell(page, project, service, "staging"))
      .toMatchObject({
        wanted: { digest: changed },
        drift: null,
      });
    await expectRunning(namespace, workload, changed);
  });

  await test.step("reverting is a promotion that brings back what should run", async () => {
    await setByHand(before);
    await expect(drift).toContainText(`should run ${byHand}`);
    await drift.getByRole("button", { name: "Revert…" }).click();
    const dialog = page.getByRole("dialog", { name: `Revert ${service} in staging` });
    await dialog.getByLabel("Reason").fill("nobody knows who did this");
    await expectAccessible(page, "reverting drift");
    await dialog.getByRole("button", { name: "Revert" }).click();
    await page.waitForURL(/\/promotions\/miniredis-\d+$/);
    await expectPhase(page, promotionOf(page), "succeeded");
    await expectRunning(namespace, workload, changed);
  });
});
