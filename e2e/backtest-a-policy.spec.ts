import { askFor, callApi, expectPhase } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { makeOwnProject, versions } from "./own-project";
import { uses } from "./who-uses-what";

// Goal: before a rule bites, an administrator sees what it would have done to the promotions that there were.

test("a changed policy is replayed beside what it changes, before it is applied", async ({ signIn }) => {
  const ada = await signIn("ada");
  const own = await makeOwnProject(ada, { name: uses.backtest.project, fault: "errors" });
  const { name: project, digests } = own;
  const rita = await signIn("rita");
  const [, good, bad] = versions;
  for (const [version, severity, end] of [
    [good, "LOW", "succeeded"],
    [bad, "CRITICAL", "rolledBack"],
  ] as const) {
    const found = [{ VulnerabilityID: `CVE-${severity}`, Severity: severity }];
    const report = { SchemaVersion: 2, Results: [{ Class: "os-pkgs", Vulnerabilities: found }] };
    await callApi(rita, "POST", "/scans", { data: { project, digest: digests[version], report } });
    await expectPhase(rita, await askFor(rita, { project, environment: "staging", release: `api@${version}` }), end);
  }

  await ada.goto(`/settings/file?project=${project}`);
  const editor = ada.getByRole("textbox", { name: `The project file of ${project}` });
  await expect(editor).toHaveValue(/tag: staging\n/);
  const text = await editor.inputValue();
  const panel = ada.getByRole("region", { name: "What it would have done" });
  const sentence =
    "It would have blocked 1 of 2 promotions: 1 of the 1 that was rolled back or failed, 0 of the 1 that succeeded.";

  await test.step("checking the text shows it on the page, with each gate and each promotion", async () => {
    await editor.fill(
      text.replace("tag: staging\n", "tag: staging\n      gates: [{ vulnerabilities: { critical: 0 } }]\n"),
    );
    await ada.getByRole("button", { name: "Validate" }).click();
    await expect(panel).toContainText(sentence);
    await expect(panel.getByRole("row").filter({ hasText: "vulnerabilities staging" })).toContainText("1 no, 1 pass");
    await panel.getByRole("button", { name: "Show the promotion" }).click();
    const blocked = panel.getByRole("row").filter({ hasText: `api@${bad}` });
    await expect(blocked).toContainText("blocked; it went wrong");
    await expect(blocked).toContainText("1 critical, 0 allowed: CVE-CRITICAL");
    await expect(blocked.getByRole("link")).toHaveAttribute("href", new RegExp(`^/promotions/${project}-`));
    await expectAccessible(ada, "a backtest on the page");
  });

  await test.step("what changes no environment has nothing to say about the past", async () => {
    await editor.fill(text.replace(`metadata: { name: ${project} }`, `metadata: { name: ${project}, title: Another }`));
    await ada.getByRole("button", { name: "Validate" }).click();
    await expect(ada.getByText("metadata.title")).toBeVisible();
    await expect(panel).toBeHidden();
  });

  await test.step("applying shows it before the last word, and applies nothing by itself", async () => {
    await editor.fill(
      text
        .replace("tag: staging\n", "tag: staging\n      gates: [{ errorBudget: { slo: up } }]\n")
        .concat(
          "  slos:\n    - { name: up, target: 99%, connection: metrics, good: 'g[{window}]', total: 't[{window}]' }\n",
        ),
    );
    await ada.getByRole("button", { name: "Apply…" }).click();
    await expect(ada.getByRole("alert").filter({ hasText: "One thing is wrong" })).toBeVisible();
    await editor.fill(
      text.replace(
        "tag: staging\n",
        "tag: staging\n      gates: [{ vulnerabilities: { critical: 0 }, shadow: true }]\n",
      ),
    );
    await ada.getByRole("button", { name: "Apply…" }).click();
    const dialog = ada.getByRole("dialog", { name: `Apply version 2 of ${project}` });
    await expect(dialog).toContainText("It would have blocked none of 2 promotions.");
    await expect(dialog).toContainText("1 no, 1 pass");
    await expectAccessible(ada, "a backtest in the dialog");
    await dialog.getByRole("button", { name: "Not yet" }).click();
    await expect(panel).toContainText("It would have blocked none of 2 promotions.");
    const { body } = await callApi<{ items: { name: string; version: number }[] }>(ada, "GET", "/projects");
    expect(body.items.find((one) => one.name === project)?.version).toBe(1);
  });
});
