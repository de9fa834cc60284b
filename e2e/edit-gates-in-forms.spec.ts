import { callApi } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled } from "./locators";
import { makeOwnProject } from "./own-project";
import { uses } from "./who-uses-what";

// Goal: an administrator changes a gate in its form, without knowing YAML; the file keeps its comments, and what guards
// production takes another administrator.

test("the soak of production is changed in its form, looked at, proposed, confirmed by another, and in force", async ({
  signIn,
}) => {
  const ada = await signIn("ada");
  const soak = "- soak: { in: staging, for: 1h } # agreed in May";
  const { name: project, file } = await makeOwnProject(ada, {
    ...{ name: uses.gateForms.project, approvers: ["approvers"], gates: ["# before it enters", soak] },
  });
  const version = async () => {
    const { body } = await callApi<{ items: { name: string; version: number }[] }>(ada, "GET", "/projects");
    return body.items.find((one) => one.name === project)?.version;
  };
  await ada.goto(`/settings/policy?project=${project}`);
  const production = boxTitled(ada, "production");
  await expect(production.getByRole("row").filter({ hasText: "soak" })).toContainText("1h in staging");
  await expectAccessible(ada, "the policy of a project");
  const form = (name: string) => ada.getByRole("dialog", { name });

  await test.step("what is wrong is said at its field, and changes nothing", async () => {
    await production.getByRole("button", { name: "Edit soak of production" }).click();
    const dialog = form("soak of production");
    await expect(dialog.getByLabel("Environment")).toHaveValue("staging");
    await dialog.getByLabel("For").fill("long");
    await dialog.getByRole("button", { name: "Keep the change" }).click();
    await expect(dialog.getByRole("alert")).toContainText('"long"');
    await expect(dialog.getByLabel("For")).toHaveAttribute("aria-invalid", "true");
    await expectAccessible(ada, "a gate's form with an error");
    await dialog.getByLabel("For").fill("2h");
    await dialog.getByLabel("For").press("Enter");
    await expect(dialog).toBeHidden();
    await expect(production.getByRole("row").filter({ hasText: "soak" })).toContainText("2h in staging");
    expect(await version()).toBe(1);
  });

  await test.step("gates are added, put into shadow, moved and taken away again", async () => {
    await production.getByLabel("Kind of gate for production").selectOption("freeze");
    await production.getByRole("button", { name: "Add the gate to production" }).click();
    const dialog = form("Add freeze to production");
    await dialog.getByLabel("Time zone").fill("Europe/Paris");
    await dialog.getByLabel("Name").fill("no Fridays");
    await dialog.getByLabel("Days").fill("FREQ=WEEKLY;BYDAY=FR");
    await dialog.getByLabel("P0").check();
    await dialog.getByLabel("In shadow").check();
    await expectAccessible(ada, "a freeze's form");
    await dialog.getByRole("button", { name: "Keep the change" }).click();
    const freeze = production.getByRole("row").filter({ hasText: "freeze" });
    await expect(freeze).toContainText("in shadow");
    await production.getByRole("button", { name: "Move freeze of production up" }).click();
    await expect(production.getByRole("row").nth(3)).toContainText("freeze");
    await production.getByRole("button", { name: "Take freeze of production out of shadow" }).click();
    await expect(freeze).not.toContainText("in shadow");
    await production.getByRole("button", { name: "Remove freeze of production" }).click();
    await expect(freeze).toBeHidden();
  });

  await test.step("the diff shows that change alone; it is proposed", async () => {
    await ada.getByRole("button", { name: "Apply…" }).click();
    const dialog = form(`Apply version 2 of ${project}`);
    await expect(dialog).toContainText("1 change");
    await expect(dialog).toContainText("spec.environments[production].gates[soak].for");
    await expect(dialog).toContainText("No promotion started there in that time");
    await dialog.getByRole("button", { name: "Propose", exact: true }).click();
    await expect(boxTitled(ada, "Proposed changes")).toContainText("gates[soak].for");
    await expect(production.getByRole("row").filter({ hasText: "soak" })).toContainText("1h in staging");
    expect(await version()).toBe(1);
  });

  await test.step("whoever may not configure reads it, and changes nothing", async () => {
    const vera = await signIn("vera");
    await vera.goto(`/settings/policy?project=${project}`);
    await expect(boxTitled(vera, "production")).toContainText("1h in staging");
    await expect(boxTitled(vera, "Policy")).toContainText(`Only an administrator of ${project} may change it`);
    await expect(vera.getByRole("button", { name: /^(Edit|Add|Move|Remove|Apply)/ })).toHaveCount(0);
    await expectAccessible(vera, "a policy that is only read");
  });

  await test.step("another administrator confirms it; it is in force, in a file that kept its comments", async () => {
    const noor = await signIn("noor");
    await noor.goto(`/settings/policy?project=${project}`);
    await noor.getByRole("button", { name: "Confirm…" }).click();
    const dialog = noor.getByRole("dialog", { name: `Confirm the change of ${project}?` });
    await dialog.getByLabel(`Type ${project}`).fill(project);
    await dialog.getByRole("button", { name: "Confirm and apply" }).click();
    await expect(production.getByRole("row").filter({ hasText: "soak" })).toContainText("2h in staging");
    expect(await version()).toBe(2);
    await ada.goto(`/settings/file?project=${project}`);
    const own = file.slice(file.lastIndexOf("---\n"));
    await expect(ada.getByRole("textbox", { name: `The project file of ${project}` })).toHaveValue(
      own.replace("for: 1h } # agreed in May", "for: 2h } # agreed in May"),
    );
  });
});
