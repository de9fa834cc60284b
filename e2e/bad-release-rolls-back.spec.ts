import { askFor, expectPhase, readCell } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled, promotionOf, stampOf } from "./locators";
import { makeOwnProject } from "./own-project";
import { expectRunning, seededDigest, seededService, taggedDigest } from "./sandbox";
import { namespaces, uses } from "./who-uses-what";

// Goal: a release that crashes goes back by itself, says why in the cluster's own words, and cannot come again.

const { project, service, version, before } = uses.badRelease;
const preview = `/promote?project=${project}&environment=staging&release=${service}@${version}`;

test("a crashing release rolls back by itself, says why, and is blocked", async ({ signIn }) => {
  const page = await signIn("rita");
  const { repository, workload } = await seededService(project, service);
  const good = await seededDigest(project, service, before);
  const bad = await seededDigest(project, service, version);
  const tagged = await taggedDigest(repository, "staging");

  await page.goto(preview);
  await page.getByRole("button", { name: "Promote now" }).click();
  await page.waitForURL(/\/promotions\/veza-\d+$/);

  await test.step("it goes back without anybody's doing", async () => {
    await expect(stampOf(page)).toHaveText("rolled back", { timeout: 120_000 });
    await expectRunning(namespaces[project].staging, workload, good);
    expect(await taggedDigest(repository, "staging")).toBe(tagged);
    await expect
      .poll(() => readCell(page, project, service, "staging"))
      .toMatchObject({
        wanted: { digest: good },
        drift: null,
      });
  });

  await test.step("the page says why in the cluster's words, and what to do next", async () => {
    const cause = boxTitled(page, "What went wrong");
    await expect(cause).toContainText("CrashLoopBackOff");
    await expect(cause).toContainText("next step");
    await expect(cause.getByText("blocked", { exact: true })).toBeVisible();
    await expect(cause).toContainText(bad.slice(7, 11));
    await expect(cause).toContainText(`${service} may not enter staging with these bytes`);
    await expectAccessible(page, "promotion that went back");
  });

  await test.step("what its pods left behind is there, without what they should not have printed", async () => {
    const remains = boxTitled(page, "What went wrong").locator("details").first();
    await remains.locator("summary").click();
    await expect(remains).toContainText("dialing redis://[redacted]@redis:6379/0");
    await expect(remains).toContainText("ending with exit code 1");
    await expect(remains).toContainText("Back-off restarting failed container");
    await expect(remains.getByRole("button", { name: /^Copy the log of / })).toBeVisible();
    await expect(boxTitled(page, "What went wrong").getByRole("link", { name: /^entry \d+$/ })).toBeVisible();
    await expectAccessible(page, "what pods left behind");
  });

  await test.step("the digest cannot come again, and the environment says so", async () => {
    const id = promotionOf(page);
    await page.goto(preview);
    await expect(page.getByRole("heading", { name: "Would be refused" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Request promotion" })).toBeDisabled();
    await expectAccessible(page, "preview of a blocked digest");
    await page.goto(`/environments/${project}/staging`);
    const blocks = boxTitled(page, "Blocked here");
    await expect(blocks).toContainText(`${service} ${version}`);
    await expect(blocks.getByRole("link", { name: `The evidence is in ${id}` })).toBeVisible();
    await expectAccessible(page, "environment with a block");
  });
});

test("a release that runs and answers wrongly rolls back too, and its evidence can be read on a phone", async ({
  signIn,
}) => {
  const options = { name: uses.answersWrong.project, fault: "errors" } as const;
  const { name, digests } = await makeOwnProject(await signIn("ada"), options);
  const page = await signIn("rita");
  const id = await askFor(page, { project: name, environment: "staging", release: "api@v1.2.0" });
  await expectPhase(page, id, "rolledBack");
  await expectRunning(`${name}-staging`, "api", digests["v1.0.0"]);
  await page.goto(`/promotions/${id}`);
  const cause = boxTitled(page, "What went wrong");
  await expect(cause.getByText("failed", { exact: true })).toBeVisible();
  await expect(cause).toContainText("answered 500, not 200");
  await expectAccessible(page, "promotion whose endpoint answered wrongly");
});
