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
    await rita.getByRole("button", { name: "Stop the line" }).click();
    const dialog = rita.getByRole("dialog", { name: "Stop the line" });
    await dialog.getByLabel("Where").selectOption(`${project}/staging`);
    await expectAccessible(rita, "hold dialog");
    const hold = dialog.getByRole("button", { name: `Hold ${project} staging` });
    await expect(hold).toBeDisabled();
    await expect(hold).toHaveAccessibleDescription("Say why.");
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
    await expect(lift).toBeDisabled();
    await mainOf(rita).getByLabel("Type staging").fill("staging");
    await expectAccessible(rita, "lifting a hold");
    await lift.click();
    await expect(stampOf(rita)).toHaveText("open");
    await expectPhase(rita, id, "succeeded");
    expect(await readPromotion(rita, id)).toMatchObject({ phase: "succeeded" });
    expect(await deployedDigest(`${project}-staging`, "api")).toBe(digests["v1.1.0"]);
  });
});

// Goal: in an emergency one press stops a whole project; a person starts it again and types what starts.

test("the line of a whole project is stopped, and started again by a person", async ({ signIn }) => {
  const { name: project } = await makeOwnProject(await signIn("ada"), { name: uses.holdAll.project });
  const rita = await signIn("rita");
  const reason = "the power is out";

  await test.step("the overview stops all of it, and the project's name is typed", async () => {
    await rita.goto("/");
    await rita.getByRole("button", { name: "Stop the line" }).click();
    const dialog = rita.getByRole("dialog", { name: "Stop the line" });
    await dialog.getByLabel("Where").selectOption(project);
    await dialog.getByLabel("Reason").fill(reason);
    const hold = dialog.getByRole("button", { name: `Hold all of ${project}` });
    await expect(hold).toBeDisabled();
    await dialog.getByLabel(`Type ${project}`).fill(project);
    await expectAccessible(rita, "hold of a project");
    await hold.click();
    await expect(dialog).toBeHidden();
  });

  const id = await askFor(rita, { project, environment: "staging", release: "api@v1.1.0" });
  await test.step("what waits for it says who stopped it and why", async () => {
    await rita.goto(`/promotions/${id}`);
    await expect(boxTitled(rita, "Where it stands")).toContainText(
      `all of ${project} is held by Rita Moreau: ${reason}`,
    );
  });

  await test.step("whoever may not start it again reads who may", async () => {
    const vera = await signIn("vera");
    await vera.goto(`/environments/${project}/staging`);
    const hold = vera.getByRole("region", { name: "Hold" });
    await expect(hold).toContainText(reason);
    await expect(hold.getByRole("button")).toHaveCount(0);
  });

  await test.step("started again, with a reason and its name, what waited goes on by itself", async () => {
    await rita.goto("/environments");
    await expectAccessible(rita, "environments of a held project");
    await rita.getByRole("button", { name: `Start ${project} again…` }).click();
    const dialog = rita.getByRole("dialog", { name: `Start all of ${project} again` });
    const start = dialog.getByRole("button", { name: `Start all of ${project} again` });
    await dialog.getByLabel("Why it may go on").fill("the power is back");
    await expect(start).toBeDisabled();
    await dialog.getByLabel(`Type ${project}`).fill(project);
    await start.click();
    await expect(dialog).toBeHidden();
    await expectPhase(rita, id, "succeeded");
  });
});
