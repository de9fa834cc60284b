import { askFor, callApi, expectPhase } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled, mainOf, stampOf } from "./locators";
import { makeOwnProject } from "./own-project";
import { uses } from "./who-uses-what";

// Goal: nothing reaches production before CI has reported its tests of exactly this digest as passed.

test("a promotion waits for the tests that CI reports, and says how they stand", async ({ signIn }) => {
  const ada = await signIn("ada");
  const { name: project, digests } = await makeOwnProject(ada, {
    name: uses.tests.project,
    gates: ["- tests: { checks: [e2e], in: staging, maxAge: 7d }"],
  });
  const rita = await signIn("rita");
  const release = "api@v1.1.0";
  const url = "https://ci.example.com/runs/7";
  const report = async (status: string, more: object = {}) => {
    const data = { project, environment: "staging", digest: digests["v1.1.0"], name: "e2e", status, url, ...more };
    const answer = await callApi(rita, "POST", "/checks", { data });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  };
  await expectPhase(rita, await askFor(rita, { project, environment: "staging", release }), "succeeded");
  const id = await askFor(rita, { project, environment: "production", release });
  const gates = boxTitled(rita, "Gates");

  await test.step("without a report it is unknown, which opens nothing", async () => {
    await rita.goto(`/promotions/${id}`);
    await expect(stampOf(rita)).toHaveText("waiting");
    await expect(gates).toContainText("e2e was not reported for staging");
    await expect(gates).toContainText("needs whoever reports checks for staging");
  });

  await test.step("while it runs, it is waited for, with a link to the run", async () => {
    await report("running", { summary: "12 of 40 so far" });
    await expect(gates).toContainText("e2e is running in staging");
    await expect(gates.getByRole("link", { name: "the run of e2e" })).toHaveAttribute("href", url);
    await expectAccessible(rita, "promotion that waits for tests");
  });

  await test.step("once it has passed, it starts by itself", async () => {
    await report("passed", { summary: "40 of 40" });
    await expectPhase(rita, id, "succeeded");
  });

  await test.step("the release shows what was reported, by whom", async () => {
    await rita.goto(`/releases/${project}/${encodeURIComponent(release)}`);
    await expect(mainOf(rita)).toContainText("e2e passed in staging");
    await expect(mainOf(rita).getByRole("link", { name: "the run of e2e" })).toHaveAttribute("href", url);
    await expectAccessible(rita, "release with a check");
  });

  await test.step("what has failed may not even be asked for", async () => {
    const failed = { digest: digests["v1.2.0"], summary: "3 of 40 failed" };
    await expectPhase(
      rita,
      await askFor(rita, { project, environment: "staging", release: "api@v1.2.0" }),
      "succeeded",
    );
    await report("failed", failed);
    await rita.goto(`/promote?project=${project}&environment=production&release=api%40v1.2.0`);
    await expect(mainOf(rita)).toContainText("Would be refused");
    await expect(boxTitled(rita, "Gates")).toContainText("e2e failed in staging: 3 of 40 failed");
  });
});
