import { askFor, callApi, expectPhase, readPromotion } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { mainOf } from "./locators";
import { makeOwnProject } from "./own-project";
import { uses } from "./who-uses-what";

// Goal: of two plans that wait, an approver signs the one they opened, and is told at once when it is no longer current.

test("the slip stays with the plan of its link, and says at once that it is not current any more", async ({
  signIn,
}) => {
  const ada = await signIn("ada");
  const { name: project } = await makeOwnProject(ada, { name: uses.twoPlans.project, approvers: ["approvers"] });
  const rita = await signIn("rita");
  const release = (version: string) => `api@${version}`;
  for (const version of ["v1.1.0", "v1.2.0"]) {
    await expectPhase(
      rita,
      await askFor(rita, { project, environment: "staging", release: release(version) }),
      "succeeded",
    );
  }
  const older = await askFor(rita, { project, environment: "production", release: release("v1.1.0") });
  const newer = await askFor(rita, { project, environment: "production", release: release("v1.2.0") });
  const [before, other] = await Promise.all([readPromotion(rita, older), readPromotion(rita, newer)]);
  const arjun = await signIn("arjun", { width: 360 });
  const line = (id: string) => mainOf(arjun).locator(`a[href*="/approvals/${id}?"]`);

  await test.step("the inbox has both, each with its very plan", async () => {
    await arjun.goto("/approvals");
    await expect(line(older)).toHaveAttribute("href", `/approvals/${older}?plan=${before.planHash}`);
    await expect(line(newer)).toHaveAttribute("href", `/approvals/${newer}?plan=${other.planHash}`);
    await line(older).click();
    await arjun.waitForURL((url) => url.searchParams.get("plan") === before.planHash);
    await expect(arjun.getByRole("heading", { level: 1 })).toContainText("v1.1.0");
    await expect(mainOf(arjun)).toContainText("v1.0.0");
    await expect(arjun.getByRole("button", { name: "Approve this plan" })).toBeVisible();
  });

  await test.step("the other one is signed elsewhere and runs: this slip says that it is void, and shows no other plan", async () => {
    const data = { decision: "approve", planHash: other.planHash };
    expect(await callApi(arjun, "POST", `/promotions/${newer}/approvals`, { data })).toMatchObject({ status: 201 });
    await expectPhase(rita, newer, "succeeded");
    await expect(mainOf(arjun).getByText("This plan is not current any more").first()).toBeVisible({
      timeout: 120_000,
    });
    await expect(arjun.getByRole("button", { name: "Approve this plan" })).toHaveCount(0);
    expect(new URL(arjun.url()).searchParams.get("plan")).toBe(before.planHash);
    await expect(mainOf(arjun)).toContainText("v1.0.0");
    await expectAccessible(arjun, "a slip that is not current any more");
  });

  await test.step("the same link says so at once; its signature is refused behind the page's back too", async () => {
    await arjun.goto(`/approvals/${older}?plan=${before.planHash}`);
    await expect(mainOf(arjun).getByText("This plan is not current any more").first()).toBeVisible();
    await expect(arjun.getByRole("button", { name: "Approve this plan" })).toHaveCount(0);
    const data = { decision: "approve", planHash: before.planHash };
    const signed = await callApi(arjun, "POST", `/promotions/${older}/approvals`, { data });
    expect(signed).toMatchObject({ status: 409, body: { code: "planChanged" } });
  });

  await test.step("the plan as it is now is opened by whoever wants it, under its own address", async () => {
    const now = await readPromotion(rita, older);
    expect(now.planHash).not.toBe(before.planHash);
    await mainOf(arjun).getByRole("link", { name: "Look at the plan as it is now" }).click();
    await arjun.waitForURL((url) => url.searchParams.get("plan") === now.planHash);
    await expect(arjun.getByRole("button", { name: "Approve this plan" })).toBeVisible();
    await expect(mainOf(arjun)).toContainText("v1.2.0");
  });
});
