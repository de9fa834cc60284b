import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";

// Goal: somebody signs in as who they are, and is told clearly where that does not work.

const sessionOf = async (cookies: { name: string }[]) => cookies.filter(({ name }) => name.endsWith("waybill.session"));

test("a person of the demo signs in and stays signed in", async ({ page, context }) => {
  await page.goto("/sign-in?callbackUrl=/history");
  await expect(page.getByText("this installation is a demo")).toBeVisible();
  await page.getByRole("button", { name: "Sign in as Rita Moreau" }).click();
  await page.waitForURL((url) => url.pathname === "/history");
  expect(await sessionOf(await context.cookies())).toMatchObject([{ httpOnly: true, sameSite: "Lax" }]);
  await page.goto("/sign-in?callbackUrl=/history");
  await expect(page).toHaveURL((url) => url.pathname === "/history");
});

test("a link cannot lead away from Waybill after the sign-in", async ({ page, baseURL }) => {
  await page.goto("/sign-in?callbackUrl=https://evil.example/");
  await page.getByRole("button", { name: "Sign in as Vera Lindqvist" }).click();
  await page.waitForURL((url) => url.pathname === "/");
  expect(new URL(page.url()).origin).toBe(new URL(baseURL ?? "").origin);
});

test("the keyboard is enough", async ({ page }) => {
  await page.goto("/sign-in?callbackUrl=/history");
  const arjun = page.getByRole("button", { name: "Sign in as Arjun Mehta" });
  await page.getByRole("button", { name: "Sign in as Rita Moreau" }).focus();
  await page.keyboard.press("Tab");
  await expect(arjun).toBeFocused();
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname === "/history");
});

test("what went wrong is said in words", async ({ page, context }) => {
  await page.goto("/sign-in?error=OAuthCallback");
  await expect(page.getByRole("alert").filter({ hasText: "The sign-in was not completed" })).toBeVisible();
  await page.route("**/api/auth/csrf", (route) => route.abort());
  await page.getByRole("button", { name: "Sign in as Ada Okafor" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Waybill did not answer" })).toBeVisible();
  expect(await sessionOf(await context.cookies())).toEqual([]);
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1280, 360]) {
    test(`axe finds nothing in ${colorScheme} at ${width} px`, async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await page.goto("/sign-in?error=AccessDenied");
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    });
  }
}
