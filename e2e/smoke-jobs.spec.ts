import { askFor, expectPhase } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled, mainOf } from "./locators";
import { makeOwnProject } from "./own-project";
import { expectRunning } from "./sandbox";
import { uses } from "./who-uses-what";

// Goal: a release is tested by jobs before it counts as a success, and who wants to know why it went back reads their log.

test("jobs test a release after its rollout; one that fails takes it back, and its log says why", async ({
  signIn,
}) => {
  const ada = await signIn("ada");
  const options = { name: uses.smokeJobs.project, fault: "jobFails", unasked: true, jobs: true } as const;
  const { name, digests } = await makeOwnProject(ada, options);
  const page = await signIn("rita");
  const http = `/${name}-staging/api/smoke-jobs of ${name}-tests`;

  await test.step("the preview says what will be run", async () => {
    await page.goto(`/promote?project=${name}&environment=staging&release=api%40v1.1.0`);
    const box = boxTitled(page, "Verification");
    await expect(box).toContainText(`${http} succeeds within 1 min`);
    await expect(box).toContainText("CronJob api-smoke succeeds within 1 min");
    await expect(boxTitled(page, "Risk")).not.toContainText("nothing is measured");
    await expectAccessible(page, "preview with jobs");
  });

  await test.step("a good one: each job is seen running, and what the cluster's Job printed is there, without secrets", async () => {
    const id = await askFor(page, { project: name, environment: "staging", release: "api@v1.1.0" });
    await page.goto(`/promotions/${id}`);
    const box = boxTitled(page, "Verification");
    await expect(box.getByRole("row", { name: /CronJob api-smoke/ })).toContainText("running", { timeout: 30_000 });
    await expectPhase(page, id, "succeeded");
    await expect(box.getByRole("row", { name: /CronJob api-smoke/ })).toContainText(/pass.*completed/);
    await box.getByText("What CronJob api-smoke printed").click();
    const log = box.getByRole("region", { name: "What job of CronJob api-smoke printed" });
    await expect(log).toContainText("ok 2 - a cart takes an article");
    await expect(log).toContainText("password=[redacted]");
    await expect(box.locator("details[open]").getByText(/Its hash is in entry \d+, unchanged since/)).toBeVisible();
    await expectAccessible(page, "promotion whose jobs succeeded");
  });

  await test.step("a bad one goes back by itself, and shows the log of the job that failed", async () => {
    const id = await askFor(page, { project: name, environment: "staging", release: "api@v1.2.0" });
    await expectPhase(page, id, "rolledBack");
    await expectRunning(`${name}-staging`, "api", digests["v1.1.0"]);
    await page.goto(`/promotions/${id}`);
    await expect(boxTitled(page, "What went wrong")).toContainText(`job ${http}: $.state is "failed"`);
    const box = boxTitled(page, "Verification");
    // The other one had not ended: it goes on in the cluster, and nobody waits for it.
    await expect(box.getByRole("row", { name: /CronJob api-smoke/ })).not.toContainText("running");
    await box.getByText(`What ${http} printed`).click();
    await expect(box.getByRole("region", { name: `What job ${http} printed` })).toContainText(
      "not ok 3 - a checkout ends: got 402, wanted 201",
    );
    await expectAccessible(page, "promotion whose job failed");
    await expect(mainOf(page)).not.toContainText("correct-horse-battery");
  });
});
