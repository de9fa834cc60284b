import { callApi } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { makeOwnProject } from "./own-project";
import { uses } from "./who-uses-what";

// Goal: whoever may promote makes sure that what runs is still right, without promoting anything.

test("what runs is verified again from the service's page, by whoever may promote there", async ({ signIn }) => {
  const ada = await signIn("ada");
  const { name } = await makeOwnProject(ada, { name: uses.verifyAgain.project, fault: "errors" });
  const rita = await signIn("rita");
  await rita.goto(`/services/${name}/api`);
  await rita.getByRole("button", { name: "Verify again api in staging" }).click();
  const place = rita.locator("#staging");
  await expect(place.getByText(/verified again/)).toBeVisible();
  await expect(place).toContainText("right, ");
  await expectAccessible(rita, "a service that was verified again");
  const { body } = await callApi<{ items: { kind: string }[] }>(rita, "GET", `/ledger/${name}?limit=500`);
  expect(body.items.map((entry) => entry.kind)).toContain("reverification.passed");

  const vera = await signIn("vera");
  await vera.goto(`/services/${name}/api`);
  await expect(vera.locator("#staging").getByText(/verified again/)).toBeVisible();
  await expect(vera.getByRole("button", { name: /^Verify/ })).toHaveCount(0);
});
