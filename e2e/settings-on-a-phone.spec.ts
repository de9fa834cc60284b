import { expect, test } from "./fixtures";

// Goal: on a phone, too, the settings say where one is.

test("the tab of the page that is open is in sight", async ({ signIn }) => {
  const page = await signIn("vera", { width: 360 });
  const tab = (name: string) => page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name });
  for (const [path, name] of [
    ["installation", "Installation"],
    ["tokens", "API tokens"],
    ["connections", "Connections"],
  ] as const) {
    await page.goto(`/settings/${path}`);
    await expect(tab(name)).toHaveAttribute("aria-current", "page");
    await expect(tab(name)).toBeInViewport({ ratio: 0.95 });
  }
  await tab("People and roles").click();
  await page.waitForURL((url) => url.pathname === "/settings/people");
  await expect(tab("People and roles")).toBeInViewport({ ratio: 0.95 });
});
