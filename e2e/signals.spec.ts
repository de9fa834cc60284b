import type { Page } from "@playwright/test";
import { askFor, callApi, expectPhase } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled } from "./locators";
import { makeOwnProject, type OwnProject } from "./own-project";
import { uses } from "./who-uses-what";

// Goal: who looks at a service sees its numbers, sees a faulty release in them, and is told where a number is not known.

test("a faulty release shows in its service's errors, and a source that is down is unknown in its own words", async ({
  signIn,
}) => {
  const ada = await signIn("ada");
  const own = await makeOwnProject(ada, { name: uses.signals.project, fault: "errors", unasked: true });
  await nameSignals(ada, own);
  const rita = await signIn("rita");
  await rita.goto(`/services/${own.name}/api`);
  const staging = boxTitled(rita, "Signals in staging");
  const errors = staging.getByRole("row", { name: /^errors/ });

  await test.step("numbers are there, within their limits, and the cluster's own beside them", async () => {
    await expect(errors).toContainText("within its limits: 0.2 %", { timeout: 120_000 });
    await expect(errors).toContainText("bad above 5 %");
    await expect(staging.getByRole("row", { name: /^duration p95/ })).toContainText(/\d ms/);
    await expect(staging.getByRole("row", { name: /^restarts/ })).toContainText("1 of 1 ready");
    await expect(staging.getByRole("row", { name: /^error budget/ })).toContainText("80 % left");
  });

  await test.step("what is not known says why, and is never good", async () => {
    await expect(staging.getByRole("row", { name: /^saturation/ })).toContainText("no query named");
    const queue = staging.getByRole("row", { name: /^queue/ });
    await expect(queue).toContainText("unknown");
    await expect(queue).toContainText(/metrics whisk-\S+-gone: no answer \(ECONNREFUSED\), since/);
    await expect(queue).not.toContainText("within its limits");
    await expectAccessible(rita, "signals of a service");
  });

  await test.step("the faulty release's errors rise while the page is open, and production's do not", async () => {
    const id = await askFor(rita, { project: own.name, environment: "staging", release: "api@v1.2.0" });
    await expectPhase(rita, id, "succeeded");
    await expect(errors).toContainText("above 5 %", { timeout: 120_000 });
    await expect(errors).toContainText(/bad: \d/);
    const production = boxTitled(rita, "Signals in production").getByRole("row", { name: /^errors/ });
    await expect(production).toContainText("within its limits");
  });

  await test.step("the charts are a table too", async () => {
    await staging.getByRole("button", { name: "As a table" }).click();
    const table = staging.getByRole("table", { name: "Numbers of before in staging" });
    await expect(table.getByRole("row").nth(1)).toContainText(/\d \/s/);
  });

  await test.step("the environment's page has a line a service, the most errors first where that is chosen", async () => {
    await rita.goto(`/environments/${own.name}/staging`);
    const box = boxTitled(rita, "Signals");
    await box.getByLabel("Order of the signals").selectOption("most errors first");
    await expect(rita).toHaveURL(/sort=errors/);
    const line = box.getByRole("row", { name: /^api/ });
    await expect(line).toContainText(/bad: \d/);
    await expect(line).toContainText(/left|overspent/);
    await expectAccessible(rita, "signals of an environment");
  });
});

/** Adds a source that answers, one that nothing listens at, and what is asked of them. */
async function nameSignals(ada: Page, { name, file }: OwnProject): Promise<void> {
  const source = (connection: string, url: string) =>
    `apiVersion: waybill.dev/v1\nkind: Connection\nmetadata: { name: ${name}-${connection} }\nspec: { projects: [${name}], prometheus: { url: "${url}" } }\n---\n`;
  const requests = (more = "") => `http_requests_total{namespace="{namespace}"${more}}`;
  const counted = (more: string) => `sum(increase(${requests(`,service="{service}"${more}`)}[{window}]))`;
  const signals = `  slos: [{ name: up, target: 99%, connection: ${name}-metrics, good: '${counted(',status!~"5.."')}', total: '${counted("")}' }]
  signals:
    connection: ${name}-metrics
    every: 10s
    rate: 'sum by (service) (rate(${requests()}[30s]))'
    errors: { query: 'sum by (service) (rate(${requests(',status=~"5.."')}[30s])) / sum by (service) (rate(${requests()}[30s]))', warn: 1%, bad: 5% }
    duration: { p95: 'histogram_quantile(0.95, sum by (service, le) (rate(http_request_duration_seconds_bucket{namespace="{namespace}"}[30s])))' }
  services:
    - name: api
      signals:
        connection: ${name}-gone
        more: [{ name: queue, query: 'queue_length{service="{service}",namespace="{namespace}"}', unit: number }]
`;
  const data = source("gone", "http://127.0.0.1:2") + file.replace("  services:\n    - name: api\n", signals);
  const headers = { "content-type": "application/yaml" };
  const applied = await callApi(ada, "PUT", "/documents", { data, headers });
  expect(applied.status, JSON.stringify(applied.body)).toBe(200);
}
