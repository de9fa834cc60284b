import { askFor, expectPhase } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled, mainOf } from "./locators";
import { makeOwnProject } from "./own-project";
import { type Receiver, startReceiver } from "./receiver";
import { expectRunning } from "./sandbox";
import { uses } from "./who-uses-what";

// Goal: a release is tested by jobs before it counts as a success, and who wants to know why it went back reads their log.

let jobs: Receiver;
test.beforeEach(async () => {
  jobs = await startReceiver();
});
test.afterEach(() => jobs.close());

/** Stands for a system that runs jobs over HTTP: each is found at its Location, and is in this state from now on. */
function everyJobIs(state: "running" | "passed" | "failed"): void {
  const log = state === "failed" ? "not ok 3 - a checkout ends: got 402, wanted 201" : "ok 3 - a checkout ends";
  jobs.answer = ({ path }) => {
    if (path.endsWith("/log")) return { status: 200, body: `ok 1 - answers\n${log}\n` };
    const headers = { "content-type": "application/json", location: "/smoke-jobs/1" };
    return { status: 200, body: JSON.stringify({ id: 1, state }), headers };
  };
}

test("jobs test a release after its rollout; one that fails takes it back, and its log says why", async ({
  signIn,
}) => {
  const ada = await signIn("ada");
  const { name, digests } = await makeOwnProject(ada, { name: uses.smokeJobs.project, jobs: jobs.url });
  const page = await signIn("rita");
  const http = `/${name}-staging/api/smoke-jobs of ${name}-tests`;

  await test.step("the preview says what will be run", async () => {
    await page.goto(`/promote?project=${name}&environment=staging&release=api%40v1.1.0`);
    const box = boxTitled(page, "Verification");
    await expect(box).toContainText(`${http} succeeds within 5 min`);
    await expect(box).toContainText("CronJob api-smoke succeeds within 5 min");
    await expect(boxTitled(page, "Risk")).not.toContainText("nothing is measured");
    await expectAccessible(page, "preview with jobs");
  });

  await test.step("a good one: a job is seen running, and what the cluster's Job printed is there, without secrets", async () => {
    everyJobIs("running");
    const id = await askFor(page, { project: name, environment: "staging", release: "api@v1.1.0" });
    await page.goto(`/promotions/${id}`);
    const box = boxTitled(page, "Verification");
    // It runs until it has been seen.
    await expect(box.getByRole("row", { name: /smoke-jobs of/ })).toContainText("running", { timeout: 120_000 });
    everyJobIs("passed");
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
    everyJobIs("failed");
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
