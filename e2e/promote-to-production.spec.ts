import { askFor, expectPhase, readCell } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled, mainOf, matrixRow, promotionOf, stampOf } from "./locators";
import { expectRunning, seededDigest, seededService, taggedDigest } from "./sandbox";
import { namespaces, uses } from "./who-uses-what";

// Goal: a release manager asks for production, another person signs exactly that plan, and production changes.

const { project, service, version } = uses.promoteToProduction;
const release = `${service}@${version}`;

test("preview, request, approval by another person, and production runs it", async ({ signIn }) => {
  const rita = await signIn("rita");
  const arjun = await signIn("arjun");
  const { repository, workload } = await seededService(project, service);
  const digest = await seededDigest(project, service, version);
  expect(await taggedDigest(repository, "prod")).not.toBe(digest);

  await test.step("before it succeeded in staging, production refuses it", async () => {
    await rita.goto(`/promote?project=${project}&environment=production&release=${release}`);
    await expect(rita.getByRole("heading", { name: "Would be refused" })).toBeVisible();
    await expect(rita.getByRole("button", { name: "Request promotion" })).toBeDisabled();
    await expectAccessible(rita, "preview that would be refused");
  });

  await test.step("once it succeeded there, the same page lets it be asked for", async () => {
    await expectPhase(rita, await askFor(rita, { project, environment: "staging", release }), "succeeded");
    await expect(rita.getByRole("heading", { name: "May be requested" })).toBeVisible();
    const request = rita.getByRole("button", { name: "Request promotion" });
    await expect(request).toBeDisabled();
    await mainOf(rita).getByLabel("Type production").fill("production");
    await expectAccessible(rita, "preview of production");
    await request.click();
    await rita.waitForURL(/\/promotions\/veza-\d+$/);
    await expect(stampOf(rita)).toHaveText("waiting");
    await expect(mainOf(rita).getByText("You asked for it: another person signs.")).toBeVisible();
    await expectAccessible(rita, "promotion that waits");
  });

  await test.step("another person finds it, reads the plan and signs it", async () => {
    await arjun.goto("/approvals");
    await expectAccessible(arjun, "approvals");
    await arjun.getByRole("link", { name: new RegExp(`^${service} ${version}`) }).click();
    await expect(arjun.getByRole("heading", { level: 1 })).toContainText(`${service} ${version}`);
    await expect(mainOf(arjun).getByText("only this plan runs")).toBeVisible();
    await expectAccessible(arjun, "approval slip");
    await arjun.getByRole("button", { name: "Approve this plan" }).click();
    await arjun.waitForURL((url) => url.pathname === "/approvals");
    await expect(arjun.getByRole("link", { name: new RegExp(`^${service} ${version}`) })).toBeHidden();
  });

  await test.step("production changes, and the asker's page saw it all", async () => {
    await expect(stampOf(rita)).toHaveText("succeeded", { timeout: 120_000 });
    await expect(boxTitled(rita, /^Gates/)).toContainText("Arjun Mehta");
    await expectRunning(namespaces[project].production, workload, digest);
    expect(await taggedDigest(repository, "prod")).toBe(digest);
    await expect
      .poll(() => readCell(rita, project, service, "production"))
      .toMatchObject({ observed: { digest, version } });
    await expectAccessible(rita, "promotion that succeeded");
    const id = promotionOf(rita);
    await rita.goto("/");
    const production = matrixRow(rita, repository).getByRole("gridcell").nth(1);
    await expect(production).toContainText(version);
    await rita.goto(`/history?project=${project}&promotion=${id}`);
    await expect(rita.getByRole("row").filter({ hasText: "promotion.approved" })).toContainText("Arjun Mehta");
    await expectAccessible(rita, "history of a promotion");
  });
});
