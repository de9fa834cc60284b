import { askFor, expectPhase, readPromotion } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled, mainOf, stampOf } from "./locators";
import { makeOwnProject } from "./own-project";
import { deployedDigest } from "./sandbox";
import { uses } from "./who-uses-what";

// Goal: somebody stops the line, everybody sees who and why, nothing starts, and it goes on when the hold is lifted.

test("a hold keeps everything out of an environment until it is lifted", async ({ signIn }) => {
  const { name: project, digests } = await makeOwnProject(await signIn("ada"), { name: uses.hold.project });
  const rita = await signIn("rita");
  const reason = "the database is being moved";

  await test.step("the overview stops the line, with a reason", async () => {
    await rita.goto("/");
    await rita.getByRole("button", { name: "Hold an environment" }).click();
    const dialog = rita.getByRole("dialog", { name: "Hold an environment" });
    await dialog.getByLabel("Environment").selectOption(`${project}/staging`);
    await expectAccessible(rita, "hold dialog");
    const hold = dialog.getByRole("button", { name: `Hold ${project} staging` });
    await expect(hold).toBeDisabled();
    await dialog.getByLabel("Reason").fill(reason);
    await hold.click();
    await expect(dialog).toBeHidden();
  });

  await test.step("everybody sees who holds it, and why", async () => {
    const vera = await signIn("vera");
    await vera.goto("/environments");
    await expectAccessible(vera, "environments");
    await boxTitled(vera, project).getByRole("link", { name: "staging" }).click();
    await expect(stampOf(vera)).toHaveText("held");
    const hold = vera.getByRole("region", { name: "Hold" });
    await expect(hold).toContainText("Rita Moreau");
    await expect(hold).toContainText(reason);
    await expect(hold.getByRole("button")).toHaveCount(0);
    await expectAccessible(vera, "held environment");
  });

  const id = await askFor(rita, { project, environment: "staging", release: "api@v1.1.0" });
  await test.step("a promotion waits and says what for", async () => {
    await rita.goto(`/promotions/${id}`);
    await expect(stampOf(rita)).toHaveText("waiting");
    await expect(boxTitled(rita, "Where it stands")).toContainText(reason);
    expect(await deployedDigest(`${project}-staging`, "api")).toBe(digests["v1.0.0"]);
    await expectAccessible(rita, "promotion that waits for a hold");
  });

  await test.step("lifted with a reason, it starts by itself", async () => {
    await rita.goto(`/environments/${project}/staging`);
    const lift = rita.getByRole("button", { name: "Lift the hold" });
    await expect(lift).toBeDisabled();
    await mainOf(rita).getByLabel("Why it may go on").fill("the database is moved");
    await expectAccessible(rita, "lifting a hold");
    await lift.click();
    await expect(stampOf(rita)).toHaveText("open");
    await expectPhase(rita, id, "succeeded");
    expect(await readPromotion(rita, id)).toMatchObject({ phase: "succeeded" });
    expect(await deployedDigest(`${project}-staging`, "api")).toBe(digests["v1.1.0"]);
  });
});
