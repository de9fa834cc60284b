import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { callApi, expectPhase, readPromotion } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled, mainOf, promotionOf, stampOf } from "./locators";
import { makeOwnProject } from "./own-project";
import { uses } from "./who-uses-what";

// Goal: an environment promotes by itself, until somebody rolls back; then it is left alone until somebody resumes it.

test("automation brings the newest release, and is held by a rollback by hand until it is resumed", async ({
  signIn,
}) => {
  const ada = await signIn("ada");
  const { name: project, file } = await makeOwnProject(ada, { name: uses.automation.project });
  const rita = await signIn("rita");

  await test.step("the project's file turns it on, and the newest release comes without anybody asking", async () => {
    const text = file.replace("- name: staging\n", "- name: staging\n      autoPromote: newest\n");
    const headers = { "content-type": "application/yaml" };
    expect((await callApi(ada, "PUT", "/documents", { data: text, headers })).status).toBe(200);
    const asked = { timeout: 120_000 };
    await expect.poll(() => promotionsOf(rita, project), asked).toMatchObject([{ release: "api@v1.2.0" }]);
    const [first] = await promotionsOf(rita, project);
    await expectPhase(rita, first?.id ?? "", "succeeded");
    await rita.goto(`/promotions/${first?.id}`);
    await expect(mainOf(rita)).toContainText("asked for by automation");
  });

  await test.step("a rollback by hand holds it, and everybody reads who and why", async () => {
    const back = await callApi<{ id: string }>(rita, "POST", "/rollbacks", {
      data: { project, environment: "staging", services: ["api"], reason: "it is slow" },
      headers: { "idempotency-key": randomUUID() },
    });
    expect(back.status).toBe(201);
    await expectPhase(rita, back.body.id, "succeeded");
    await rita.goto(`/services/${project}/api`);
    await expect(mainOf(rita)).toContainText("Automation is held for api in staging");
    await expectAccessible(rita, "service whose automation is held");
    await rita.goto(`/environments/${project}/staging`);
    await expect(mainOf(rita)).toContainText(`rolled back by ${back.body.id}: it is slow`);
    await expectAccessible(rita, "environment whose automation is held");
    await rita.goto(`/promotions/${back.body.id}`);
  });

  await test.step("a person resumes it, with a reason", async () => {
    await rita.goto(`/environments/${project}/staging`);
    await rita.getByRole("button", { name: "Resume the automation of api in staging" }).click();
    const dialog = rita.getByRole("dialog");
    await dialog.getByLabel("Why").fill("it is fast again");
    await dialog.getByRole("button", { name: "Resume" }).click();
    await expect(mainOf(rita)).not.toContainText("Automation is held");
    // What was rolled back does not come back.
    expect((await promotionsOf(rita, project)).filter((one) => one.kind === "promote")).toHaveLength(1);
  });
});

interface Line {
  id: string;
  kind: string;
  release: string;
}

async function promotionsOf(page: Page, project: string): Promise<Line[]> {
  return (await callApi<{ items: Line[] }>(page, "GET", `/promotions?project=${project}`)).body.items;
}

// Goal: a release manager keeps a digest where it is, keeps another one out, and tries again what was stopped.

test("a pinned digest waits for its pin, a blocked one is kept out, and a stopped plan is asked for again", async ({
  signIn,
}) => {
  const { name: project } = await makeOwnProject(await signIn("ada"), { name: uses.pin.project });
  const rita = await signIn("rita");

  await test.step("the service's page pins what runs in staging", async () => {
    await rita.goto(`/services/${project}/api`);
    await rita.getByRole("button", { name: "Pin api in staging" }).click();
    const dialog = rita.getByRole("dialog");
    await dialog.getByLabel("Why").fill("the fair is on");
    await expectAccessible(rita, "pinning a digest");
    await dialog.getByRole("button", { name: "Pin" }).click();
    await expect(boxTitled(rita, "staging")).toContainText("to this one by Rita Moreau");
    await expectAccessible(rita, "service with a pin");
  });

  await test.step("another digest may be asked for at a time, and says what it waits for", async () => {
    await rita.goto(`/promote?project=${project}&environment=staging&release=api@v1.1.0`);
    await rita.getByLabel("Not before").fill(await localTime(rita, Date.now() + 3 * 3_600_000));
    await rita.getByRole("button", { name: "Preview it for then" }).click();
    await expect(mainOf(rita)).toContainText("Start once every gate is open");
    await expectAccessible(rita, "preview for a time");
    await rita.getByRole("button", { name: "Request promotion" }).click();
    await expect(stampOf(rita)).toHaveText("waiting");
    await expect(boxTitled(rita, "Where it stands")).toContainText("is pinned to");
    await expect(boxTitled(rita, "Where it stands")).toContainText("schedule");
    await expectAccessible(rita, "promotion that waits for a time and a pin");
  });

  await test.step("stopped, the same plan is asked for again", async () => {
    const id = promotionOf(rita);
    const { planHash } = await readPromotion(rita, id);
    const stopped = await callApi(rita, "POST", `/promotions/${id}/abort`, { data: { why: "not today" } });
    expect(stopped.status).toBe(200);
    await expect(stampOf(rita)).toHaveText("aborted");
    await rita.getByRole("button", { name: "Retry this plan…" }).click();
    const again = rita.getByRole("button", { name: "Request the same plan" });
    await expect(again).toBeVisible();
    await expectAccessible(rita, "retry");
    await again.click();
    await expect(mainOf(rita)).toContainText(`tries again ${id}`);
    const second = promotionOf(rita);
    expect(second).not.toBe(id);
    expect((await readPromotion(rita, second)).planHash).toBe(planHash);
  });

  await test.step("the release's page keeps a digest out, which ends what waits to bring it", async () => {
    const again = promotionOf(rita);
    await rita.goto(`/releases/${project}/${encodeURIComponent("api@v1.1.0")}`);
    await rita.getByRole("button", { name: "Block api v1.1.0 in staging" }).click();
    await rita.getByRole("dialog").getByLabel("Why").fill("the wrong licence");
    await rita.getByRole("dialog").getByRole("button", { name: "Block" }).click();
    await expectPhase(rita, again, "rejected");
    await expectAccessible(rita, "release that is blocked somewhere");
    await rita.goto(`/environments/${project}/staging`);
    await expect(boxTitled(rita, "Blocked here")).toContainText("the wrong licence");
    await expect(boxTitled(rita, "Pinned here")).toContainText("the fair is on");
    await expectAccessible(rita, "environment with a pin and a block");
  });

  await test.step("unpinned, with a reason", async () => {
    await rita.getByRole("button", { name: "Unpin api" }).click();
    await rita.getByRole("dialog").getByLabel("Why").fill("the fair is over");
    await rita.getByRole("dialog").getByRole("button", { name: "Unpin" }).click();
    await expect(boxTitled(rita, "Pinned here")).toContainText("No service is pinned here.");
  });
});

/** As a field for a local moment takes it, on the clocks of the browser, which are not this machine's. */
function localTime(page: Page, at: number): Promise<string> {
  return page.evaluate((moment) => {
    const awayMs = new Date(moment).getTimezoneOffset() * 60_000;
    return new Date(moment - awayMs).toISOString().slice(0, "2026-11-26T18:00".length);
  }, at);
}
