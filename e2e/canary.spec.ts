import { askFor, expectPhase } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled, mainOf } from "./locators";
import { makeOwnProject } from "./own-project";
import { expectRunning } from "./sandbox";
import { uses } from "./who-uses-what";

// Goal: a new release meets a little traffic first; one sees how much, holds it, lets it go on, and sees a worse one go back.

test("a canary is followed share by share, paused and resumed, and a worse one goes back", async ({ signIn }) => {
  const options = { name: uses.canary.project, fault: "unwell", canaryFor: "12s" } as const;
  const { name, digests } = await makeOwnProject(await signIn("ada"), options);
  const page = await signIn("rita");
  const traffic = boxTitled(page, "Traffic");

  await test.step("paused, it keeps its share until somebody resumes it", async () => {
    const id = await askFor(page, { project: name, environment: "staging", release: "api@v1.1.0" });
    await page.goto(`/promotions/${id}`);
    await page.getByRole("button", { name: /^Pause at/ }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog).toContainText("no further share begins until somebody resumes it");
    await dialog.getByLabel("Why").fill("lunch");
    await dialog.getByRole("button", { name: /^Pause at/ }).click();
    await expect(traffic).toContainText(/paused at \d+ % by Rita Moreau/);
    await expect(mainOf(page).getByRole("button", { name: "Promote fully" })).toHaveCount(0);

    await page.getByRole("button", { name: "Resume" }).click();
    await dialog.getByLabel("Why").fill("back again");
    await dialog.getByRole("button", { name: "Resume" }).click();
    // Which share it had come to when it was paused is the machine's business.
    await expect(traffic.getByRole("img", { name: /^stable (75|50) percent, canary (25|50) percent$/ })).toBeVisible({
      timeout: 30_000,
    });
    await expect(boxTitled(page, /^Canary at (25|50) %$/)).toContainText("error rate at most baseline + 5 points");
    await expect(boxTitled(page, "Pods").getByRole("row", { name: /api-canary-/ })).toContainText("canary");
    await expectAccessible(page, "promotion with a canary");
    await expectPhase(page, id, "succeeded");
    await expectRunning(`${name}-staging`, "api", digests["v1.1.0"]);
  });

  await test.step("a worse one goes back at its first share, and says by what", async () => {
    const id = await askFor(page, { project: name, environment: "staging", release: "api@v1.2.0" });
    await expectPhase(page, id, "rolledBack");
    await expectRunning(`${name}-staging`, "api", digests["v1.1.0"]);
    await page.goto(`/promotions/${id}`);
    await expect(boxTitled(page, "What went wrong")).toContainText("error rate at most baseline + 5 points:");
    await expect(boxTitled(page, "Canary at 25 %").getByRole("row", { name: /^error rate/ })).toContainText("fail");
    await expectAccessible(page, "promotion whose canary went back");
  });
});
