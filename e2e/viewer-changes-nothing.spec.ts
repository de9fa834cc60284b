import type { Page } from "@playwright/test";
import { callApi } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { mainOf } from "./locators";
import { uses } from "./who-uses-what";

// Goal: a stakeholder sees everything and can change nothing, whatever they press and whatever they send.

const { project, service, version } = uses.viewer;
const release = `${service}@${version}`;
const preview = `/promote?project=${project}&environment=staging&release=${release}`;

/** Every page there is, with what shows that it was read. */
const pages: Record<string, { path: string; heading: string | RegExp }[]> = {
  "what is under way": [
    { path: "/", heading: "Overview" },
    { path: "/promotions", heading: "Promotions" },
    { path: "/promotions/veza-1", heading: /^backend v2\.4\.1-rc\.2/ },
    { path: "/promotions/veza-2", heading: /^backend v2\.4\.1-rc\.2/ },
    { path: "/approvals", heading: "Approvals" },
    { path: "/approvals/veza-2", heading: /^backend v2\.4\.1-rc\.2/ },
    { path: preview, heading: `Promote ${service} to staging` },
  ],
  "what there is": [
    { path: "/services", heading: "Services" },
    { path: `/services/${project}/${service}`, heading: service },
    { path: "/releases", heading: "Releases" },
    { path: `/releases/${project}/${encodeURIComponent(release)}`, heading: new RegExp(version) },
    { path: "/environments", heading: "Environments" },
    { path: `/environments/${project}/staging`, heading: "staging" },
  ],
  "the record and the settings": [
    { path: "/history", heading: "History" },
    { path: `/settings/file?project=${project}`, heading: "Settings" },
    { path: `/settings/policy?project=${project}`, heading: "Settings" },
    { path: "/settings/connections", heading: "Settings" },
    { path: "/settings/people", heading: "Settings" },
    { path: "/settings/tokens", heading: "Settings" },
    { path: "/settings/installation", heading: "Settings" },
  ],
};

/** What a control says that changes something. Looking, filtering, copying, exporting, and an entry's own word change nothing. */
const changes =
  /^(promote|request|approve|reject|abort|roll back|hold|lift|stop|adopt|revert|announce|apply|validate|create|revoke|unblock|check|add|remove|close it)\b(?!\.)/i;

/** What a link says that leads to a change; one that begins with "hold" leads to what holds. */
const waysToChanges = /^(promote|request|approve|reject|abort|roll back|announce|apply|create|unblock)\b/i;

for (const [what, group] of Object.entries(pages)) {
  test(`Vera sees ${what}, and no control on it changes anything`, async ({ signIn }) => {
    const vera = await signIn("vera");
    for (const { path, heading } of group) {
      await test.step(path, async () => {
        await vera.goto(path);
        await expect(vera.getByRole("heading", { level: 1 })).toHaveText(heading);
        await expect(vera.getByRole("status").filter({ hasText: /^live$/ })).toBeVisible();
        expect.soft(await enabledChanges(vera), path).toEqual([]);
        await expectAccessible(vera, `${path}, as a viewer`);
      });
    }
  });
}

/** The names of enabled buttons and links that would change something. */
async function enabledChanges(page: Page): Promise<string[]> {
  const main = mainOf(page);
  const controls = main.getByRole("button", { name: changes, disabled: false });
  const links = main.getByRole("link", { name: waysToChanges });
  return [...(await controls.allTextContents()), ...(await links.allTextContents())];
}

test("the request behind a button is refused when Vera sends it", async ({ signIn, baseURL }) => {
  const rita = await signIn("rita");
  const vera = await signIn("vera");
  const cookies = await vera.context().cookies(baseURL);
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");

  await rita.goto(preview);
  await rita.route(
    (url) => url.pathname === "/promote",
    async (route) => {
      const headers = await route.request().allHeaders();
      if (route.request().method() !== "POST" || !headers["next-action"]) return route.fallback();
      await route.fulfill({ response: await route.fetch({ headers: { ...headers, cookie } }) });
    },
  );
  await rita.getByRole("button", { name: "Promote now" }).click();
  await expect(mainOf(rita).getByText("It does not exist, or you may not do this with it.")).toBeVisible();
  await expect(rita).toHaveURL(/\/promote\?/);
  await expectAccessible(rita, "preview with a refused request");
  expect(await promotionsOf(vera)).toEqual([]);
});

test("the API refuses the same of her", async ({ signIn }) => {
  const vera = await signIn("vera");
  const environment = "staging";
  const sent = await Promise.all([
    callApi(vera, "POST", "/promotions", {
      data: { project, environment, release },
      headers: { "idempotency-key": "vera-may-not" },
    }),
    callApi(vera, "POST", "/rollbacks", {
      data: { project, environment, services: [service] },
      headers: { "idempotency-key": "vera-may-not-2" },
    }),
    callApi(vera, "POST", "/holds", { data: { project, environment, reason: "because I can" } }),
    callApi(vera, "POST", "/promotions/veza-2/abort", { data: { why: "because I can" } }),
    callApi(vera, "POST", "/tokens", {
      data: { project, label: "mine", role: "viewer", environments: null, expiresInDays: 1 },
    }),
  ]);
  // Whether it is missing or forbidden is not told.
  expect(sent.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
  expect(await promotionsOf(vera)).toEqual([]);
});

async function promotionsOf(page: Page): Promise<unknown[]> {
  const { body } = await callApi<{ items: unknown[] }>(
    page,
    "GET",
    `/promotions?project=${project}&service=${service}`,
  );
  return body.items;
}
