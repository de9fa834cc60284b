import { askFor, callApi, expectPhase, readPromotion } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { mainOf, noticeWith, stampOf } from "./locators";
import { makeOwnProject } from "./own-project";
import { uses } from "./who-uses-what";

// Goal: in an emergency a named person lets a closed gate pass, everybody sees it, and another person reviews it.

test("a gate is overridden with a reason and an incident, and stays on the approvals until another person reviewed it", async ({
  signIn,
}) => {
  const ada = await signIn("ada");
  const { name: project } = await makeOwnProject(ada, {
    name: uses.override.project,
    gates: ["- soak: { in: staging, for: 30d }"],
  });
  const rita = await signIn("rita");
  const release = "api@v1.1.0";
  await expectPhase(rita, await askFor(rita, { project, environment: "staging", release }), "succeeded");
  const id = await askFor(rita, { project, environment: "production", release });

  await test.step("whoever may not override has no way to, and the server says no", async () => {
    await rita.goto(`/promotions/${id}`);
    await expect(stampOf(rita)).toHaveText("waiting");
    await expect(mainOf(rita).getByText("may pass all the same: an overrider of production")).toBeVisible();
    await expect(rita.getByRole("button", { name: "Override soak" })).toBeHidden();
    const { planHash } = await readPromotion(rita, id);
    const data = { planHash, gate: 1, reason: "the shop is down", incident: "INC-7" };
    expect(await callApi(rita, "POST", `/promotions/${id}/overrides`, { data })).toMatchObject({ status: 404 });
  });

  await test.step("an overrider says why and for which incident, types where, and it starts", async () => {
    await ada.goto(`/promotions/${id}`);
    await ada.getByRole("button", { name: "Override soak" }).click();
    const dialog = ada.getByRole("dialog", { name: "Override the gate soak?" });
    await dialog.getByLabel("Why it must pass now").fill("the shop is down and this mends it");
    await dialog.getByLabel("Type production").fill("production");
    await expect(dialog.getByRole("button", { name: "Override the gate" })).toBeDisabled();
    await dialog.getByLabel("Incident").fill("INC-7");
    await expectAccessible(ada, "overriding a gate");
    await dialog.getByRole("button", { name: "Override the gate" }).click();
    await expectPhase(ada, id, "succeeded");
    await expect(noticeWith(ada, "Overridden: the gate soak")).toContainText("for INC-7: the shop is down");
    await expect(noticeWith(ada, "Overridden: the gate soak").getByRole("button")).toHaveCount(0);
    await expectAccessible(ada, "promotion with an overridden gate");
  });

  await test.step("another person closes the review from the approvals, on a phone", async () => {
    const arjun = await signIn("arjun", { width: 360 });
    await arjun.goto("/approvals");
    const line = arjun.getByRole("row").filter({ hasText: id });
    await expect(line).toContainText("It waits for its review");
    await expectAccessible(arjun, "override to review on a phone");
    await line.getByRole("button", { name: "Review the override of soak" }).click();
    const dialog = arjun.getByRole("dialog", { name: "Review the override of soak" });
    await dialog.getByRole("button", { name: "Close the review" }).click();
    await expect(dialog).toContainText("Say what you found");
    await dialog.getByLabel("What you found").fill("it was needed; the soak is too long for fixes");
    await expectAccessible(arjun, "reviewing an override");
    await dialog.getByRole("button", { name: "Close the review" }).click();
    // What stands behind a dialog counts as hidden: the review is closed once the dialog is.
    await expect(dialog).toBeHidden();
    await expect(line).toBeHidden();
    await arjun.goto(`/promotions/${id}`);
    await expect(noticeWith(arjun, "Overridden: the gate soak")).toContainText("Reviewed by Arjun Mehta");
  });
});
