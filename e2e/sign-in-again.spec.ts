import { askFor, callApi, expectPhase, readPromotion } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { mainOf } from "./locators";
import type { IssuerAccount } from "./oidc-issuer";
import { makeOwnProject } from "./own-project";
import { startWebWithIssuer, type WebWithIssuer } from "./web-with-issuer";
import { uses } from "./who-uses-what";

// Goal: where production takes a recent sign-in, an approver signs in again on the way, comes back to exactly the plan
// they had open, and signs that one.

const kim: IssuerAccount = {
  ...{ subject: "kim", name: "Kim Sato", email: "kim@demo.waybill.dev", emailVerified: true, groups: ["approvers"] },
};

let web: WebWithIssuer;
test.beforeEach(async () => {
  web = await startWebWithIssuer([kim]);
});
test.afterEach(() => web.close());

test("an approver proves again who they are, and is back at the very plan", async ({ signIn, openAt }) => {
  const ada = await signIn("ada");
  const { name: project } = await makeOwnProject(ada, {
    ...{ name: uses.signInAgain.project, approvers: ["approvers"], stepUp: "10m" },
  });
  const rita = await signIn("rita");
  const release = "api@v1.1.0";
  await expectPhase(rita, await askFor(rita, { project, environment: "staging", release }), "succeeded");
  const id = await askFor(rita, { project, environment: "production", release });
  const { planHash } = await readPromotion(rita, id);
  const slip = `${web.url}/approvals/${id}?plan=${planHash}`;
  const page = await openAt(web.url);
  const signInAtIssuer = async () => {
    await page.getByRole("button", { name: "Continue with the test issuer" }).click();
    await page.getByRole("button", { name: kim.name }).click();
  };
  const approve = page.getByRole("button", { name: "Approve this plan" });

  await test.step("whoever the issuer let in some time ago cannot sign, on the page or behind it", async () => {
    await page.goto(slip);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in");
    await signInAtIssuer();
    await expect(page).toHaveURL(slip);
    await expect(mainOf(page)).toContainText("Sign in again to approve");
    await expect(approve).toHaveCount(0);
    await expectAccessible(page, "slip that asks for another sign-in");
    const signed = await callApi(page, "POST", `/promotions/${id}/approvals`, {
      data: { decision: "approve", planHash },
      headers: { origin: web.url },
    });
    expect(signed).toMatchObject({ body: { code: "stepUpNeeded" } });
    expect(await readPromotion(rita, id)).toMatchObject({ phase: "waiting", approvals: [] });
  });

  await test.step("the issuer asks them anew, though it knows them, and they are back at that plan", async () => {
    await page.getByRole("link", { name: "Sign in again" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in again");
    await expectAccessible(page, "sign-in again");
    await signInAtIssuer();
    await expect(page).toHaveURL(slip);
    await expect(approve).toBeVisible();
  });

  await test.step("their yes is to that plan, and it runs", async () => {
    await approve.click();
    await expect(page).toHaveURL(`${web.url}/approvals`);
    await expectPhase(rita, id, "succeeded");
    expect(await readPromotion(rita, id)).toMatchObject({
      planHash,
      approvals: [{ by: { name: kim.name }, planHash }],
    });
    // Before its server goes: a stream that breaks off is a complaint of the browser.
    await page.context().close();
  });
});
