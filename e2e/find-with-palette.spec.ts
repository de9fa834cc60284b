import { expect, expectAccessible, test } from "./fixtures";
import { seededDigest, seededService } from "./sandbox";
import { uses } from "./who-uses-what";

// Goal: whoever knows a name, a version or a few characters of a digest is there in seconds, by the keyboard alone.

const { project, service, version } = uses.palette;

test("a release, a digest, a service and a page are found by the keyboard", async ({ signIn }) => {
  const page = await signIn("vera");
  await page.goto("/promotions");
  const palette = page.getByRole("dialog", { name: "Search and go" });
  const field = palette.getByRole("combobox");
  const chosen = palette.getByRole("option", { selected: true });

  await test.step("it opens, and Escape gives the focus back", async () => {
    const opener = page.getByRole("button", { name: /^Search/ });
    await opener.focus();
    await page.keyboard.press("Enter");
    await expect(field).toBeFocused();
    await expectAccessible(page, "palette without a word");
    await page.keyboard.press("Escape");
    await expect(field).toBeHidden();
    await expect(opener).toBeFocused();
  });

  const openByKeys = async () => {
    await page.keyboard.press("ControlOrMeta+k");
    await expect(field).toBeFocused();
  };

  await test.step("a release by its version", async () => {
    await openByKeys();
    await page.keyboard.type(version);
    await expect(palette.getByRole("option", { name: `${service}@${version}` })).toBeVisible();
    await expect(chosen).toContainText(`${service}@${version}`);
    await expectAccessible(page, "palette with what was found");
    await page.keyboard.press("Enter");
    await page.waitForURL(`/releases/${project}/${encodeURIComponent(`${service}@${version}`)}`);
    await expect(page.getByRole("heading", { level: 1 })).toContainText(version);
    await expectAccessible(page, "release");
  });

  await test.step("the same release by a few characters of its digest", async () => {
    const digest = await seededDigest(project, service, version);
    await page.goto("/");
    await openByKeys();
    await page.keyboard.type(digest.slice(7, 19));
    await expect(chosen).toContainText(`${service}@${version}`);
    await page.keyboard.press("Enter");
    await page.waitForURL(`/releases/${project}/${encodeURIComponent(`${service}@${version}`)}`);
  });

  await test.step("a service, with the arrow keys", async () => {
    const { repository } = await seededService(project, service);
    await openByKeys();
    await page.keyboard.type(service);
    const wanted = palette.getByRole("option", { name: repository });
    await expect(wanted).toBeVisible();
    // What was found for the first letters stands until the answer for the whole word is there.
    await expect(palette.getByRole("listbox")).toHaveAttribute("aria-busy", "false");
    await expect(chosen).toHaveCount(1);
    const options = palette.getByRole("option");
    const place = (await options.allTextContents()).findIndex((text) => text.includes(repository));
    for (let step = 0; step < place; step++) await page.keyboard.press("ArrowDown");
    await expect(chosen).toContainText(repository);
    await page.keyboard.press("Enter");
    await page.waitForURL(`/services/${project}/${service}`);
    await expectAccessible(page, "service");
  });

  await test.step("a page by its name, and nothing for nonsense", async () => {
    await openByKeys();
    await page.keyboard.type("no such thing at all");
    await expect(palette.getByText("Nothing has this name.")).toBeVisible();
    await field.fill("history");
    await expect(chosen).toContainText("History");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/history/);
    await expectAccessible(page, "history");
  });
});

test("what is typed before the palette is there stands in it", async ({ signIn }) => {
  const page = await signIn("vera");
  let arrive = () => {};
  const arrival = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  await page.route("**/*.js", async (route) => {
    const response = await route.fetch();
    const body = await response.text();
    if (body.includes("Search and go")) await arrival;
    await route.fulfill({ response, body });
  });
  await page.goto("/promotions");
  const palette = page.getByRole("dialog", { name: "Search and go" });
  const field = palette.getByRole("combobox");

  await page.keyboard.press("ControlOrMeta+k");
  await page.keyboard.type(`${version}x`);
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Escape");
  await page.keyboard.press("ControlOrMeta+k");
  await page.keyboard.type(service.slice(0, 4));
  arrive();
  await expect(field).toBeFocused();
  await expect(field).toHaveValue(service.slice(0, 4));
  await page.keyboard.type(service.slice(4));
  await expect(field).toHaveValue(service);
  await expect(palette.getByRole("option", { selected: true })).toContainText(service);

  await page.keyboard.press("Escape");
  await page.keyboard.press("ControlOrMeta+k");
  await expect(field).toBeFocused();
  await expect(field).toHaveValue("");
});
