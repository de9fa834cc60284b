import { askFor, expectPhase, readCell } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled, mainOf, promotionOf, stampOf } from "./locators";
import { makeOwnProject } from "./own-project";
import { deployedDigest, expectRunning } from "./sandbox";
import { uses } from "./who-uses-what";

// Goal: a release takes over by a second colour, step by step and to be seen; one that is bad after all goes back at once.

test("a release is made ready beside the live one, tried, and takes the traffic with one call", async ({ signIn }) => {
  const { name, digests } = await makeOwnProject(await signIn("ada"), {
    name: uses.blueGreen.project,
    colours: true,
    fault: "errors",
  });
  const page = await signIn("rita");

  await test.step("the preview says every step, and where users are touched", async () => {
    await page.goto(`/promote?project=${name}&environment=staging&release=api@v1.1.0`);
    const steps = boxTitled(page, "What it does").getByRole("list", { name: "Steps of the plan" });
    await expect(steps.getByRole("listitem")).toHaveCount(7);
    await expect(steps).toContainText("Try it on its preview");
    await expect(steps).toContainText("on api-preview");
    await expect(steps.getByRole("listitem").filter({ hasText: "Switch the Service" })).toContainText(
      "users are touched here",
    );
    await expectAccessible(page, "preview of blue-green");
    await page.getByRole("button", { name: "Promote now" }).click();
    await page.waitForURL(/\/promotions\/wheal-/);
  });

  await test.step("its page shows each step as it was seen, and what is live by now", async () => {
    await expect(stampOf(page)).toHaveText("succeeded", { timeout: 120_000 });
    const rollout = boxTitled(page, "Rollout");
    const line = (title: string) => rollout.getByRole("row").filter({ hasText: title });
    await expect(line("Make the other colour ready")).toContainText("is green, asked for 1 pod");
    await expect(line("Wait until it is available")).toContainText("1 of 1 pods of green run it");
    await expect(line("Try it on its preview")).toContainText("api-preview answered the smoke test as it should");
    await expect(line("Switch the Service")).toContainText("api selects green");
    await expect(rollout.getByText("seen", { exact: true })).toHaveCount(4);
    await expect(rollout).toContainText("keeps its pods");
    await expectAccessible(page, "promotion by blue-green");
    await expectRunning(`${name}-staging`, "api", digests["v1.1.0"]);
    await expect.poll(() => readCell(page, name, "api", "staging")).toMatchObject({ drift: null, health: "healthy" });
    // The old colour is still there, as it was.
    expect(await deployedDigest(`${name}-staging`, "api")).toBe(digests["v1.0.0"]);
  });

  await test.step("the ledger tells each step", async () => {
    const id = promotionOf(page);
    await page.goto(`/history?project=${name}&promotion=${id}`);
    await expect(mainOf(page).getByRole("row").filter({ hasText: "rollout.stepDone" })).toHaveCount(4);
    await expectAccessible(page, "history of a rollout in steps");
  });

  await test.step("a release that answers wrongly once it is live goes back by itself, and the old colour is live", async () => {
    const id = await askFor(page, { project: name, environment: "staging", release: "api@v1.2.0" });
    await expectPhase(page, id, "rolledBack");
    await page.goto(`/promotions/${id}`);
    await expect(boxTitled(page, "What went wrong")).toContainText("answered 500, not 200");
    await expect(boxTitled(page, "Rollout").getByText("seen", { exact: true })).toHaveCount(4);
    await expectRunning(`${name}-staging`, "api", digests["v1.1.0"]);
    await expectAccessible(page, "promotion that went back by its Service");
  });
});
