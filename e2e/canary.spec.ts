import { askFor, expectPhase } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled, mainOf } from "./locators";
import { makeOwnProject } from "./own-project";
import { expectRunning } from "./sandbox";
import { uses } from "./who-uses-what";

// Goal: a new release meets a little traffic first; one sees how much, holds it, lets it go on, and sees a worse one go back.

test("a canary is followed share by share, paused and resumed, and a worse one goes back", async ({ signIn }) => {
  const options = { name: uses.canary.project, fault: "unwell", canaryFor: "20s" } as const;
  const { name, digests } = await makeOwnProject(await signIn("ada"), options);
  const page = await signIn("rita");
  const traffic = boxTitled(page, "Traffic");

  await test.step("paused, it keeps its share until somebody resumes it", async () => {
    const id = await askFor(page, { project: name, environment: "staging", release: "api@v1.1.0" });
    await page.goto(`/promotions/${id}`);
    const share = traffic.getByRole("img", { name: /^stable (75|50) percent, canary (25|50) percent$/ });
    await expect(share).toBeVisible({ timeout: 120_000 });
    await page.getByRole("button", { name: /^Pause at/ }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog).toContainText("no further share begins until somebody resumes it");
    await dialog.getByLabel("Why").fill("lunch");
    await dialog.getByRole("button", { name: /^Pause at/ }).click();
    // Which share it had come to when it was paused is the machine's business; there it stays.
    await expect(traffic).toContainText(/paused at (25|50) % by Rita Moreau/);
    await expect(mainOf(page).getByRole("button", { name: "Promote fully" })).toHaveCount(0);
    await expect(share).toBeVisible();
    await expect(boxTitled(page, /^Canary at (25|50) %$/)).toContainText("error rate at most baseline + 5 points");
    await expect(boxTitled(page, "Pods").getByRole("row", { name: /api-canary-/ })).toContainText("canary");
    await expectAccessible(page, "promotion with a canary");

    await page.getByRole("button", { name: "Resume" }).click();
    await dialog.getByLabel("Why").fill("back again");
    await dialog.getByRole("button", { name: "Resume" }).click();
    await expectPhase(page, id, "succeeded");
    await expectRunning(`${name}-staging`, "api", digests["v1.1.0"]);
  });

  let wentBack = "";
  await test.step("a worse one goes back at its first share, and says by what", async () => {
    const id = await askFor(page, { project: name, environment: "staging", release: "api@v1.2.0" });
    await expectPhase(page, id, "rolledBack");
    await expectRunning(`${name}-staging`, "api", digests["v1.1.0"]);
    await page.goto(`/promotions/${id}`);
    await expect(boxTitled(page, "What went wrong")).toContainText("error rate at most baseline + 5 points:");
    await expect(boxTitled(page, "Canary at 25 %").getByRole("row", { name: /^error rate/ })).toContainText("fail");
    await expectAccessible(page, "promotion whose canary went back");
    wentBack = id;
  });

  await test.step("once over it is replayed, moment by moment, with the keyboard", async () => {
    await page.getByRole("button", { name: "Replay" }).click();
    const replay = page.getByRole("region", { name: "Replay" });
    const slider = replay.getByRole("slider", { name: "Moment of the rollout" });
    await expect(slider).toBeFocused();
    await expect(slider).toHaveAttribute("aria-valuetext", /^promotion\.started, .*, 1 of \d+$/);
    await expect(traffic).toHaveCount(0);
    await expect(boxTitled(page, "What went wrong")).toHaveCount(0);
    await expect(boxTitled(page, "Pods")).toContainText("Which pods ran at this moment was not recorded");

    const first = boxTitled(page, "Rollout").getByRole("row", { name: /^25 % to the canary/ });
    for (let step = 0; step < 40 && (await traffic.count()) === 0; step += 1) await slider.press("ArrowRight");
    for (let step = 0; step < 40 && !(await first.textContent())?.includes("seen"); step += 1)
      await slider.press("ArrowRight");
    await expect(slider).toHaveAttribute("aria-valuetext", /^rollout\.stepDone, weight:25: /);
    await expect(traffic.getByRole("img", { name: "stable 75 percent, canary 25 percent" })).toBeVisible();
    await expect(replay).toContainText("rolling out");
    await expectAccessible(page, "replay of a canary");
    await expect(page).toHaveURL(/[?&]at=\d+$/);
    const words = await slider.getAttribute("aria-valuetext");

    await slider.press("End");
    await expect(boxTitled(page, "What went wrong")).toContainText("error rate at most baseline + 5 points:");
    await expect(replay).toContainText("rolled back");
    await slider.press("Home");
    await expect(boxTitled(page, "What went wrong")).toHaveCount(0);

    // An address of the moment shows it to anybody, without a click.
    const entry = /entry ([\d\s]+),/.exec((await replay.textContent()) ?? "")?.[1]?.replace(/\s/g, "");
    await replay.getByRole("button", { name: "Close" }).click();
    await expect(page.getByRole("button", { name: "Replay" })).toBeFocused();
    await expect(boxTitled(page, "What went wrong")).toBeVisible();
    await page.goto(`/promotions/${wentBack}?at=${entry}`);
    await expect(slider).toHaveAttribute("aria-valuetext", /^promotion\.started, .*, 1 of \d+$/);
    expect(words).not.toBe(await slider.getAttribute("aria-valuetext"));
  });

  await test.step("it plays by itself, and stands still for who wants less motion", async () => {
    const replay = page.getByRole("region", { name: "Replay" });
    await expect(replay.getByRole("button", { name: "Play" })).toBeHidden();
    await page.emulateMedia({ reducedMotion: "no-preference" });
    await replay.getByRole("button", { name: "Play" }).click();
    // It goes on by itself while one looks: which moment it has come to is the machine's business.
    await expect(replay.getByRole("slider")).toHaveAttribute("aria-valuetext", /, (?!1 of)\d+ of \d+$/);
    await replay.getByRole("button", { name: "Pause" }).click();
    await expect(replay.getByRole("button", { name: "Play" })).toBeVisible();
  });
});
