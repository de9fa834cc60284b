import { expect, expectAccessible, test } from "./fixtures";
import { mainOf } from "./locators";

// Goal: an address that nobody can mean is answered as such, on every page, and not as a failure of the product.

const addresses = [
  "/?text=%00",
  "/history?project=veza&text=a%00",
  "/services?text=%00",
  "/releases?text=%00",
  "/promotions?phase=%00",
  "/promote?project=veza&environment=production&release=%00",
  "/services/veza/%00",
  "/promotions/veza%00-1",
  "/settings/policy?project=%00",
];

test("an address with a NUL character names nothing, and says so", async ({ signIn }) => {
  const page = await signIn("rita");
  for (const address of addresses) {
    const answer = await page.goto(address);
    expect(answer?.status(), address).toBeLessThan(500);
    await expect(mainOf(page), address).toContainText("There is no such page, or you may not see it");
  }
});

test("an address that no page has is answered in the product's own look, to whoever asks", async ({ page }) => {
  const answer = await page.goto("/nowhere");
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("No such page");
  await expect(page.getByRole("link", { name: "To the overview" })).toBeVisible();
  await expectAccessible(page, "an address that no page has");
});
