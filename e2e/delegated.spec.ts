import { askFor, expectPhase } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled } from "./locators";
import { makeOwnProject } from "./own-project";
import { expectRunning } from "./sandbox";
import { uses } from "./who-uses-what";

// Goal: where a controller in the cluster rolls out, one sees its steps and what it measured, and steers it from here.

test("a rollout by Argo Rollouts is followed step by step, paused, resumed and promoted; a failing one comes back", async ({
  signIn,
}) => {
  const ada = await signIn("ada");
  const { name, digests } = await makeOwnProject(ada, {
    name: uses.delegated.project,
    fault: "errors",
    unasked: true,
    rollout: true,
  });
  const page = await signIn("rita");
  const controller = boxTitled(page, "Argo Rollouts");
  const dialog = page.getByRole("dialog");

  await test.step("it waits where its object says so; paused and resumed, it still waits there", async () => {
    const id = await askFor(page, { project: name, environment: "staging", release: "api@v1.1.0" });
    await page.goto(`/promotions/${id}`);
    await expect(controller).toContainText("waits for a person", { timeout: 120_000 });
    await expect(controller.getByRole("row", { name: /pause until somebody resumes/ })).toContainText("here");
    await expect(controller.getByRole("img", { name: "stable 50 percent, new 50 percent" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Promote fully" })).toHaveCount(0);

    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await expect(dialog).toContainText("Argo Rollouts is told to stop where it is");
    await dialog.getByLabel("Why").fill("lunch");
    await dialog.getByRole("button", { name: "Pause", exact: true }).click();
    await expect(controller).toContainText("paused by Rita Moreau");
    await expect(controller).toContainText("paused by hand in its object");

    await page.getByRole("button", { name: "Resume" }).click();
    await dialog.getByLabel("Why").fill("back again");
    await dialog.getByRole("button", { name: "Resume" }).click();
    await expect(controller).toContainText("waits for a person");
    await expectAccessible(page, "promotion that Argo Rollouts carries out");

    await ada.goto(`/promotions/${id}`);
    await ada.getByRole("button", { name: "Promote fully" }).click();
    const adas = ada.getByRole("dialog");
    await expect(adas).toContainText("All pods take v1.1.0 now");
    await adas.getByLabel("Why").fill("measured by hand");
    await adas.getByRole("button", { name: "Promote fully" }).click();
    await expectPhase(page, id, "succeeded");
    await expectRunning(`${name}-staging`, "api", digests["v1.1.0"]);
  });

  await test.step("a failing one comes back by itself, and shows what was measured", async () => {
    const id = await askFor(page, { project: name, environment: "staging", release: "api@v1.2.0" });
    await expectPhase(page, id, "rolledBack");
    await expectRunning(`${name}-staging`, "api", digests["v1.1.0"]);
    await page.goto(`/promotions/${id}`);
    await expect(boxTitled(page, "What went wrong")).toContainText("RolloutAborted");
    await expect(boxTitled(page, "Analysis").getByRole("row", { name: /^success-rate/ })).toContainText("[0.65]");
    await expectAccessible(page, "promotion that Argo Rollouts aborted");
  });
});
