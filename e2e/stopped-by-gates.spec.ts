import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildScanReport } from "@/sandbox/scan-report";
import { askFor, callApi, expectPhase } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled, mainOf, stampOf } from "./locators";
import { makeOwnProject } from "./own-project";
import { uses } from "./who-uses-what";

// Goal: what may not go to production is stopped there, and whoever looks reads why.

const preview = (project: string) =>
  `/promote?${new URLSearchParams({ project, environment: "production", release: "api@v1.1.0" })}`;
const production = (project: string) => ({ project, environment: "production", release: "api@v1.1.0" });

test("an image without its label and without a signature is refused, each with its why", async ({ signIn }) => {
  const folder = await mkdtemp(path.join(tmpdir(), "waybill-e2e-key-"));
  try {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const key = path.join(folder, "cosign.pub");
    await writeFile(key, publicKey.export({ type: "spki", format: "pem" }));
    const { name: project } = await makeOwnProject(await signIn("ada"), {
      name: uses.stoppedByImage.project,
      gates: ["- image: { labels: [com.example.owner] }", `- signature: { keys: ["file:${key}"] }`],
    });
    const rita = await signIn("rita");
    const staged = await askFor(rita, { ...production(project), environment: "staging" });
    await expectPhase(rita, staged, "succeeded");
    await rita.goto(preview(project));
    const gates = boxTitled(rita, "Gates");
    await expect(gates).toContainText("com.example.owner");
    await expect(gates).toContainText("api is not signed");
    await expectAccessible(rita, "preview that two gates stop");
    const headers = { "idempotency-key": `asked-all-the-same-${project}` };
    const asked = await callApi(rita, "POST", "/promotions", { data: production(project), headers });
    expect(asked).toMatchObject({ status: 409, body: { code: "gateClosed" } });
    expect(JSON.stringify(asked.body)).toContain("com.example.owner");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("a digest that nobody scanned waits, and one with a critical finding is refused, by its own page's words", async ({
  signIn,
}) => {
  const { name: project, digests } = await makeOwnProject(await signIn("ada"), {
    name: uses.stoppedByScan.project,
    gates: ["- vulnerabilities: { critical: 0, from: [upload] }"],
  });
  const rita = await signIn("rita");
  await expectPhase(rita, await askFor(rita, { ...production(project), environment: "staging" }), "succeeded");
  const id = await askFor(rita, production(project));
  await rita.goto(`/promotions/${id}`);
  await expect(stampOf(rita)).toHaveText("waiting");
  await expect(mainOf(rita)).toContainText("no scan");
  const image = {
    repository: `${project}-api`,
    digest: digests["v1.1.0"],
    created: new Date(Date.now() - 600_000).toISOString(),
  };
  const found = { id: "CVE-2026-1000", severity: "CRITICAL", name: "libssl3", installed: "3.0.1" } as const;
  const data = { project, digest: image.digest, report: buildScanReport(image, [found]) };
  expect((await callApi(rita, "POST", "/scans", { data })).status).toBe(201);
  await expect(stampOf(rita)).toHaveText("rejected", { timeout: 120_000 });
  await expect(mainOf(rita)).toContainText("1 critical");
  await expectAccessible(rita, "promotion that a scan ended");
});

test("a release waits for its soak and says until when; one that staging never had is refused", async ({ signIn }) => {
  const { name: project } = await makeOwnProject(await signIn("ada"), {
    name: uses.stoppedBySoak.project,
    gates: ["- soak: { in: staging, for: 2h }"],
  });
  const rita = await signIn("rita");
  await expectPhase(rita, await askFor(rita, { ...production(project), environment: "staging" }), "succeeded");
  await rita.goto(preview(project));
  const soak = boxTitled(rita, "Gates").getByRole("row", { name: /^soak/ });
  await expect(soak).toContainText("wait");
  await expect(soak).toContainText("verified in staging too short a time ago");
  await expect(soak).toContainText(/opens in [12] h/);
  await expectAccessible(rita, "preview with a forecast");

  const skipped = { ...production(project), release: "api@v1.2.0" };
  await rita.goto(`/promote?${new URLSearchParams(skipped)}`);
  await expect(boxTitled(rita, "Gates")).toContainText("this digest has not succeeded there yet");
  const headers = { "idempotency-key": `skips-staging-${project}` };
  expect(await callApi(rita, "POST", "/promotions", { data: skipped, headers })).toMatchObject({
    status: 409,
    body: { code: "gateClosed" },
  });
});

test("an error budget that is spent keeps a release out, and says which", async ({ signIn }) => {
  const { name: project } = await makeOwnProject(await signIn("ada"), {
    name: uses.stoppedByBudget.project,
    gates: ["- errorBudget: { slo: availability }"],
    spent: true,
  });
  const rita = await signIn("rita");
  await expectPhase(rita, await askFor(rita, { ...production(project), environment: "staging" }), "succeeded");
  await rita.goto(preview(project));
  const budget = boxTitled(rita, "Gates").getByRole("row", { name: /error budget/ });
  // Asked for before there was any traffic it is unknown, and asked again after a quarter of a minute.
  await expect(budget).toContainText("wait", { timeout: 120_000 });
  await expect(budget).toContainText("availability");
  await expectAccessible(rita, "preview with a budget that is spent");
});
