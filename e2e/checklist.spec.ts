import { askFor, expectPhase } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled, mainOf, stampOf } from "./locators";
import { makeOwnProject } from "./own-project";
import { uses } from "./who-uses-what";

// Goal: what people must see to before production is ticked by name, by whom it asks, on a page and on a phone.

test("a checklist keeps a promotion waiting until the right people ticked it", async ({ signIn }) => {
  const ada = await signIn("ada");
  const items = "migrations are backward-compatible, { text: on-call told, by: [approvers], otherThanRequester: true }";
  const { name: project } = await makeOwnProject(ada, {
    name: uses.checklist.project,
    approvers: ["approvers"],
    gates: [`- checklist: { items: [${items}] }`],
  });
  const rita = await signIn("rita");
  const release = "api@v1.1.0";
  await expectPhase(rita, await askFor(rita, { project, environment: "staging", release }), "succeeded");

  await test.step("before the request the preview says that it is ticked once requested", async () => {
    await rita.goto(`/promote?project=${project}&environment=production&release=${encodeURIComponent(release)}`);
    await expect(boxTitled(rita, "Gates")).toContainText("ticked once it is requested: migrations are");
  });

  const id = await askFor(rita, { project, environment: "production", release });

  await test.step("it stands in the inbox of whoever asked, who may tick one of its items", async () => {
    await rita.goto("/approvals");
    const mine = rita.getByRole("region", { name: "Waits for you" }).getByRole("row", { name: /^api v1\.1\.0/ });
    await expect(mine.filter({ hasText: project })).toContainText("1 to tick");
    await mine.filter({ hasText: project }).getByRole("link").click();
    await expect(rita).toHaveURL(`/promotions/${id}`);
  });

  await test.step("whoever asked ticks what they may, and not what wants another person", async () => {
    await rita.goto(`/promotions/${id}`);
    await expect(stampOf(rita)).toHaveText("waiting");
    const gates = boxTitled(rita, "Gates");
    const theirs = gates.getByRole("checkbox", { name: "on-call told" });
    await expect(theirs).toBeDisabled();
    await expect(theirs).toHaveAccessibleDescription("open: one of approvers, not the one who asked");
    await gates.getByRole("checkbox", { name: "migrations are backward-compatible" }).click();
    const ticked = gates.getByRole("checkbox", { name: "migrations are backward-compatible", checked: true });
    await expect(ticked).toHaveAccessibleDescription(/^Rita Moreau, /);
    await expectAccessible(rita, "promotion with a checklist");
  });

  await test.step("an approver ticks theirs on the slip, on a phone, with the keyboard too, and signs", async () => {
    const arjun = await signIn("arjun", { width: 360 });
    await arjun.goto("/approvals");
    const line = mainOf(arjun).getByRole("row").filter({ hasText: project });
    await expect(line).toContainText("checklist: 1 of 2 ticked for this plan; open: on-call told");
    // Other tests' projects have an api v1.1.0, too.
    await mainOf(arjun).locator(`a[href^="/approvals/${id}?"]`).click();
    await arjun.getByRole("navigation", { name: "Parts of the plan" }).getByRole("link", { name: "Checklist" }).click();
    const box = arjun.getByRole("checkbox", { name: "on-call told" });
    await expect(box).toBeInViewport();
    await expectAccessible(arjun, "slip with a checklist");
    await box.focus();
    await arjun.keyboard.press("Space");
    await expect(arjun.getByRole("checkbox", { name: "on-call told", checked: true })).toBeVisible();
    await expect(mainOf(arjun).locator("#checklist .box__answer")).toHaveText("2 of 2");
    await expectPhase(arjun, id, "waiting");
    await arjun.getByRole("button", { name: "Approve this plan" }).click();
    await expectPhase(arjun, id, "succeeded");
  });

  await test.step("it ran with what was said, by whom, in the ledger", async () => {
    await rita.reload();
    await expect(boxTitled(rita, "Gates, as they stood")).toContainText("Arjun Mehta");
    await rita.goto(`/history?project=${project}`);
    await expect(rita.getByRole("row").filter({ hasText: "on-call told" })).toContainText("Arjun Mehta");
  });
});
