import { askFor, expectPhase } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled } from "./locators";
import { makeOwnProject } from "./own-project";
import { runningProduct } from "./product";
import { expectRunning } from "./sandbox";
import { uses } from "./who-uses-what";

// Goal: a program outside sends a release back with a token that can do nothing else; one reads who said so, and why.

test("a circuit breaker that opens sends a canary back, and the page says who said so", async ({ signIn }) => {
  const options = { name: uses.circuitBreaker.project, canaryFor: "1h" } as const;
  const { name, digests } = await makeOwnProject(await signIn("ada"), options);
  const page = await signIn("rita");
  let token = "";

  await test.step("its token is an alarm's, for one environment", async () => {
    await page.goto(`/settings/tokens?project=${name}`);
    await page.getByRole("button", { name: "Make a token" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("What it is for").fill("breaker of payments");
    await dialog.getByLabel("Role").selectOption({ label: "alarm: reports triggers, sees nothing" });
    await dialog.getByRole("checkbox", { name: "staging" }).click();
    await expectAccessible(page, "making an alarm's token");
    await dialog.getByRole("button", { name: "Make the token" }).click();
    token = (await dialog.getByText(/^wb_/).textContent()) ?? "";
    await dialog.getByRole("button", { name: "I have kept it" }).click();
    const row = page.getByRole("row", { name: /breaker of payments/ });
    await expect(row).toContainText("alarm: reports triggers, sees nothing");
  });

  const call = (method: string, where: string, body?: unknown) =>
    fetch(`${runningProduct().url}/api/v1${where}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  await test.step("what it reports sends the canary back", async () => {
    const id = await askFor(page, { project: name, environment: "staging", release: "api@v1.1.0" });
    await page.goto(`/promotions/${id}`);
    await expect(boxTitled(page, "Canary at 25 %")).toContainText(
      "goes back when circuit-breaker is reported from outside",
    );
    expect((await call("GET", `/promotions/${id}`)).status).toBe(404);
    const about = { project: name, service: "api", trigger: "circuit-breaker", words: "payments do not answer" };
    const report = { ...about, id: "breaker-4711", happenedAt: new Date().toISOString() };
    expect((await call("POST", "/triggers", { ...report, environment: "production" })).status).toBe(404);
    const told = await call("POST", "/triggers", { ...report, environment: "staging" });
    expect(told.status).toBe(201);
    expect(await told.json()).toMatchObject({ promotions: [{ promotion: id, fired: true }] });
    await expectPhase(page, id, "rolledBack");
    await expectRunning(`${name}-staging`, "api", digests["v1.0.0"]);
    expect((await call("POST", "/triggers", { ...report, environment: "staging" })).status).toBe(200);
  });

  await test.step("the page says by whom, in which words, and that the digest stays out", async () => {
    const wrong = boxTitled(page, "What went wrong");
    await expect(wrong).toContainText("circuit-breaker was reported from outside: payments do not answer");
    await expect(wrong).toContainText(/reported by\s*breaker of payments/);
    await expect(wrong).toContainText("api may not enter staging with these bytes");
    const check = boxTitled(page, "Canary at 25 %").getByRole("row", { name: /^goes back when circuit-breaker/ });
    await expect(check).toContainText("payments do not answer");
    await expect(check).toContainText("fail");
    await expectAccessible(page, "promotion that a circuit breaker sent back");
  });
});
