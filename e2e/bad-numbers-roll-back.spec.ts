import { askFor, expectPhase } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled } from "./locators";
import { makeOwnProject } from "./own-project";
import { expectRunning } from "./sandbox";
import { uses } from "./who-uses-what";

// Goal: a release whose endpoints answer well and whose users do not goes back by its numbers, and one sees which.

test("a release is measured while one looks, and a worse one goes back by its numbers", async ({ signIn }) => {
  const options = { name: uses.measured.project, fault: "unwell", measured: true } as const;
  const { name, digests } = await makeOwnProject(await signIn("ada"), options);
  const page = await signIn("rita");

  await test.step("a good one succeeds, and its numbers are there to see", async () => {
    const id = await askFor(page, { project: name, environment: "staging", release: "api@v1.1.0" });
    await page.goto(`/promotions/${id}`);
    const errors = boxTitled(page, "error rate");
    // It comes by itself: the page was opened before anything was measured.
    await expect(errors.getByText(/^measured [0-9.]+ %$/)).toBeVisible({ timeout: 120_000 });
    await expect(errors.locator(".chart__value path").first()).toHaveAttribute("d", /^M.+L/);
    await expectPhase(page, id, "succeeded");
    await expect(errors).toContainText("within");
    const latency = boxTitled(page, "p99 latency");
    await expect(latency.getByText(/^before [0-9.]+ ms$/)).toBeVisible();
    await expect(
      latency.getByRole("table", { name: /p99 latency at most 1.2 × baseline, api: \d+ measurements/ }),
    ).toBeAttached();
    await expectAccessible(page, "promotion with measured numbers");
  });

  await test.step("a worse one goes back, with the query and the numbers that decided", async () => {
    const id = await askFor(page, { project: name, environment: "staging", release: "api@v1.2.0" });
    await expectPhase(page, id, "rolledBack");
    await expectRunning(`${name}-staging`, "api", digests["v1.1.0"]);
    await page.goto(`/promotions/${id}`);
    const cause = boxTitled(page, "What went wrong");
    await expect(cause).toContainText("error rate at most 5 %:");
    await expect(cause).toContainText("error rate: query");
    await expect(cause).toContainText(`namespace="${name}-staging"`);
    await expect(cause).toContainText("error rate: series, UTC");
    await expect(boxTitled(page, "error rate")).toContainText("outside");
    await expectAccessible(page, "promotion that went back by its numbers");
  });
});
