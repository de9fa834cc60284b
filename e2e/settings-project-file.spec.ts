import { askFor, callApi, expectPhase, readPromotion } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled, noticeWith, stampOf } from "./locators";
import { makeOwnProject } from "./own-project";
import { uses } from "./who-uses-what";

// Goal: an administrator changes a project's file, is told exactly what is wrong or what would change; what guards
// production takes another administrator, and what was signed for the old policy does not count any more.

test("a wrong file changes nothing, a right one is shown, confirmed by another, applied and kept, and plans that waited are void", async ({
  signIn,
}) => {
  const ada = await signIn("ada");
  const { name: project } = await makeOwnProject(ada, { name: uses.projectFile.project, approvers: ["approvers"] });
  const rita = await signIn("rita");
  const release = "api@v1.1.0";
  await expectPhase(rita, await askFor(rita, { project, environment: "staging", release }), "succeeded");
  const id = await askFor(rita, { project, environment: "production", release });
  await expectPhase(rita, id, "waiting");
  const before = await readPromotion(rita, id);
  await rita.goto(`/promotions/${id}`);
  await expect(stampOf(rita)).toHaveText("waiting");

  const editor = ada.getByRole("textbox", { name: `The project file of ${project}` });
  const version = async () => {
    const { body } = await callApi<{ items: { name: string; version: number }[] }>(ada, "GET", "/projects");
    return body.items.find((one) => one.name === project)?.version;
  };
  await ada.goto(`/settings/file?project=${project}`);
  await expect(editor).toHaveValue(/requires: \{ all: \[staging\] \}/);
  const text = await editor.inputValue();

  await test.step("what is wrong is named by its path, and nothing changed", async () => {
    await editor.fill(text.replace("count: 1", "count: none"));
    await ada.getByRole("button", { name: "Apply…" }).click();
    await expect(ada.getByRole("alert").filter({ hasText: "One thing is wrong" })).toBeVisible();
    const wrong = ada.getByRole("row").filter({ hasText: "spec.environments[1].gates[0].approval.count" });
    await expect(wrong).toBeVisible();
    await expectAccessible(ada, "project file with an error");
    await wrong.getByRole("button").click();
    await expect(editor).toBeFocused();
    expect(await version()).toBe(1);
    await ada.reload();
    await expect(editor).toHaveValue(text);
  });

  await test.step("what would change is shown before it is applied", async () => {
    await editor.fill(text.replace("expiresAfter: 1h", "expiresAfter: 2h"));
    await ada.getByRole("button", { name: "Apply…" }).click();
    const dialog = ada.getByRole("dialog", { name: `Apply version 2 of ${project}` });
    await expect(dialog).toContainText("1 change");
    await expect(dialog).toContainText("spec.environments[production].gates[approval].expiresAfter");
    await expect(dialog).toContainText(`Another administrator of ${project} must confirm it`);
    await expectAccessible(ada, "what applying would change");
    await dialog.getByRole("button", { name: "Propose", exact: true }).click();
    await expect(dialog).toBeHidden();
    await expect(boxTitled(ada, "Proposed changes")).toContainText(
      "You proposed it: another administrator confirms it.",
    );
    await expect(ada.getByRole("button", { name: "Confirm…" })).toBeDisabled();
    expect(await version()).toBe(1);
    await expectAccessible(ada, "project file with a proposed change");
  });

  await test.step("another administrator finds it among the approvals and confirms that very text", async () => {
    const noor = await signIn("noor");
    await noor.goto("/approvals");
    await noor.getByRole("link", { name: `The file of ${project}` }).click();
    await expect(boxTitled(noor, "Proposed changes")).toContainText("gates[approval].expiresAfter");
    await noor.getByRole("button", { name: "Confirm…" }).click();
    const dialog = noor.getByRole("dialog", { name: `Confirm the change of ${project}?` });
    await dialog.getByLabel(`Type ${project}`).fill(project);
    await expectAccessible(noor, "confirming a change of the policy");
    await dialog.getByRole("button", { name: "Confirm and apply" }).click();
    await expect(boxTitled(ada, "Project file")).toContainText("version 2, applied by Noor Haddad");
    await expect(boxTitled(ada, "Proposed changes")).toBeHidden();
    await expect(boxTitled(ada, "Versions").getByRole("row").filter({ hasText: "now" })).toContainText("2 now");
    expect(await version()).toBe(2);
    await expectAccessible(ada, "project file");
  });

  await test.step("the promotion that waited has another plan, and says so; the old one cannot be signed", async () => {
    await expect(noticeWith(rita, "The plan changed while you looked")).toBeVisible();
    await expectAccessible(rita, "promotion whose plan changed");
    await rita.reload();
    await expect(noticeWith(rita, "The plan became another one")).toBeVisible();
    const now = await readPromotion(rita, id);
    expect(now.phase).toBe("waiting");
    expect(now.planHash).not.toBe(before.planHash);
    const arjun = await signIn("arjun");
    await arjun.goto(`/approvals/${id}?plan=${before.planHash}`);
    await expect(noticeWith(arjun, "This plan is not current any more")).toBeVisible();
    await expect(arjun.getByRole("button", { name: "Approve this plan" })).toBeHidden();
    await expectAccessible(arjun, "slip of a plan that is not current");
    const signed = await callApi(arjun, "POST", `/promotions/${id}/approvals`, {
      data: { decision: "approve", planHash: before.planHash },
    });
    expect(signed).toMatchObject({ body: { code: "planChanged" } });
    await arjun.getByRole("link", { name: "Look at the plan as it is now" }).click();
    await arjun.getByRole("button", { name: "Approve this plan" }).click();
    await expectPhase(rita, id, "succeeded");
  });
});
