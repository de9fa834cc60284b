import { callApi } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { mainOf } from "./locators";
import { expectRunning, seededDigest, seededService, taggedDigest } from "./sandbox";
import { namespaces, uses } from "./who-uses-what";

// Goal: an approver signs what waits for them on a phone, and what they read is what runs.

const { project, service, version } = uses.approvalOnAPhone;

test("an approver signs on a phone", async ({ signIn }) => {
  const page = await signIn("arjun", { width: 360 });
  const { repository, workload } = await seededService(project, service);
  const digest = await seededDigest(project, service, version);
  const bar = page.getByRole("navigation", { name: "Main" });

  await page.goto("/");
  await expectAccessible(page, "overview on a phone");
  await bar.getByRole("link", { name: /^Approvals/ }).click();
  await page.waitForURL((url) => url.pathname === "/approvals");
  await expectAccessible(page, "approvals on a phone");
  await page.getByRole("link", { name: new RegExp(`^${service} ${version}`) }).click();

  await test.step("the slip shows the plan, its risk, the way back and the evidence, with the buttons in sight", async () => {
    await expect(page.getByRole("heading", { level: 1 })).toContainText(`${service} ${version}`);
    // Two projects of the demo have a service of this name.
    await expect(mainOf(page)).toContainText(`${project}, asked for by Rita Moreau`);
    for (const part of ["Plan", "Risk", "Rollback", "Evidence"]) {
      await page.getByRole("navigation", { name: "Parts of the plan" }).getByRole("link", { name: part }).click();
      await expect(page.getByRole("heading", { level: 2, name: part })).toBeInViewport();
      await expect(page.getByRole("button", { name: "Approve this plan" })).toBeInViewport();
    }
    await expectAccessible(page, "approval slip on a phone");
  });

  await test.step("a no needs a reason, and is told so where the thumb is", async () => {
    await page.getByRole("button", { name: "Reject" }).click();
    await expect(mainOf(page).getByText("Say why you reject it")).toBeInViewport();
    await expectAccessible(page, "slip that misses a reason");
  });

  await test.step("a yes to this plan is what runs", async () => {
    const asked = page.waitForRequest(
      (request) => request.method() === "POST" && request.url().includes("/approvals/"),
    );
    const planHash = new URL(page.url()).searchParams.get("plan") ?? "";
    await page.getByRole("textbox", { name: "Reason" }).fill("read on the train");
    await page.getByRole("button", { name: "Approve this plan" }).click();
    expect((await asked).postData()).toContain(planHash);
    await page.waitForURL((url) => url.pathname === "/approvals");
    await expectRunning(namespaces[project].production, workload, digest);
    await expect.poll(() => taggedDigest(repository, "prod"), { timeout: 120_000 }).toBe(digest);
    // The tag moves first, then it is written down that everything is done.
    const where = `/promotions?project=${project}&service=${service}&environment=production`;
    await expect
      .poll(async () => (await callApi(page, "GET", where)).body)
      .toMatchObject({ items: [{ phase: "succeeded", planHash }] });
  });
});
