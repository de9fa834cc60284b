import { askFor, callApi, expectPhase, readPromotion } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { mainOf, noticeWith, stampOf } from "./locators";
import { makeOwnProject } from "./own-project";
import { uses } from "./who-uses-what";

// Goal: whoever asks for a promotion cannot be the one who approves it, whatever rights they have.

test("somebody who may promote and approve cannot sign what they asked for; another person can", async ({ signIn }) => {
  const ada = await signIn("ada");
  const { name: project } = await makeOwnProject(ada, {
    name: uses.refuseSelfApproval.project,
    people: ["{ group: release, role: approver, environments: [production] }"],
    approvers: ["approvers", "release"],
  });
  const rita = await signIn("rita");
  const release = "api@v1.1.0";
  await expectPhase(rita, await askFor(rita, { project, environment: "staging", release }), "succeeded");
  const id = await askFor(rita, { project, environment: "production", release });

  await test.step("her page has no way to sign, and says why", async () => {
    await rita.goto(`/promotions/${id}`);
    await expect(stampOf(rita)).toHaveText("waiting");
    await expect(mainOf(rita).getByText("You asked for it: another person signs.")).toBeVisible();
    await expect(rita.getByRole("button", { name: "Approve this plan" })).toBeHidden();
    await expectAccessible(rita, "own promotion that waits");
    await rita.goto(`/approvals/${id}`);
    await expect(mainOf(rita).getByText("You asked for it: another person signs.")).toBeVisible();
    await expect(rita.getByRole("button", { name: "Approve this plan" })).toBeHidden();
    await expectAccessible(rita, "slip of an own promotion");
  });

  await test.step("asked behind the page's back, Waybill refuses it and says so", async () => {
    const { planHash } = await readPromotion(rita, id);
    const signed = await callApi(rita, "POST", `/promotions/${id}/approvals`, {
      data: { decision: "approve", planHash },
    });
    expect(signed).toMatchObject({ body: { code: "selfApproval" } });
    expect(signed.status).toBeGreaterThanOrEqual(400);
    expect(await readPromotion(rita, id)).toMatchObject({ phase: "waiting", approvals: [] });
  });

  await test.step("another person signs on the promotion's page, and it runs", async () => {
    const arjun = await signIn("arjun");
    await arjun.goto(`/promotions/${id}`);
    await expectAccessible(arjun, "promotion that waits for me");
    await mainOf(arjun).getByLabel("Reason").fill("looked at by two");
    await arjun.getByRole("button", { name: "Approve this plan" }).click();
    await expect(stampOf(arjun)).toHaveText("succeeded", { timeout: 120_000 });
    await expect(noticeWith(arjun, "could not")).toBeHidden();
  });
});
