import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled, mainOf } from "./locators";
import { uses } from "./who-uses-what";

// Goal: a release manager chooses several services and sees, in one preview, what each of them would do. Nothing is asked
// for: others look at these services.

const { project, services } = uses.together;

test("several services are chosen on the environment's page and previewed together", async ({ signIn }) => {
  const rita = await signIn("rita");
  await rita.goto(`/environments/${project}/staging`);
  const runs = boxTitled(rita, "What runs here");
  await expect(runs.getByRole("link", { name: "together" })).toHaveCount(0);
  for (const service of services)
    await runs
      .getByRole("row")
      .filter({ has: rita.getByRole("link", { name: service, exact: true }) })
      .getByRole("checkbox")
      .click();
  await expectAccessible(rita, "choosing what to promote together");
  await runs.getByRole("link", { name: "Preview 2 together" }).click();

  await expect(rita.getByRole("heading", { name: "Promote 2 to staging" })).toBeVisible();
  await expect(mainOf(rita).getByRole("row")).toHaveCount(3);
  await expect(mainOf(rita).getByRole("button", { name: "Request 2 promotions" })).toBeVisible();
  await expectAccessible(rita, "preview of several");

  await mainOf(rita).getByRole("link", { name: "Leave out" }).first().click();
  await expect(rita.getByRole("heading", { name: "Promote 1 to staging" })).toBeVisible();
});

test("whoever may only look sees it, and cannot ask", async ({ signIn }) => {
  const vera = await signIn("vera");
  const releases = ["monitoring-service@v0.14.0-rc.1", "monitoring-service@v0.13.6"];
  const query = new URLSearchParams([
    ["project", project],
    ["environment", "staging"],
    ...releases.map((one) => ["release", one]),
  ]);
  await vera.goto(`/promote/set?${query}`);
  await expect(mainOf(vera).getByRole("button", { name: "Request 2 promotions" })).toBeDisabled();
  await expect(mainOf(vera)).toContainText("monitoring-service is in");
  await expectAccessible(vera, "preview of several that cannot go together");
});
