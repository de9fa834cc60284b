import { createHmac } from "node:crypto";
import type { Page } from "@playwright/test";
import { askFor, callApi, expectPhase } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled } from "./locators";
import { makeOwnProject, type OwnProject } from "./own-project";
import { type Receiver, startReceiver } from "./receiver";
import { makeSecretFolder, type SecretFolder } from "./secret-folder";
import { uses } from "./who-uses-what";

// Goal: people are told where they are, see what did not reach them, and answer from there.

let receiver: Receiver;
let secrets: SecretFolder;
test.beforeEach(async () => {
  receiver = await startReceiver();
  secrets = await makeSecretFolder();
});
test.afterEach(async () => {
  await receiver.close();
  await secrets.remove();
});

/** Applies the project's file again, with `notify` and what it needs. */
async function subscribe(ada: Page, { file }: OwnProject, notify: string[], connections = ""): Promise<void> {
  const data = `${connections}${file.trimEnd()}\n  notify:\n${notify.map((line) => `    - ${line}\n`).join("")}`;
  const applied = await callApi(ada, "PUT", "/documents", { data, headers: { "content-type": "application/yaml" } });
  expect(applied.status, JSON.stringify(applied.body)).toBe(200);
}

test("settings show who is told, try a subscription, and send again what was given up", async ({ signIn }) => {
  const ada = await signIn("ada");
  const own = await makeOwnProject(ada, { name: uses.notifications.project });
  const notifications = `/settings/notifications?project=${own.name}`;
  await ada.goto(notifications);
  await expect(boxTitled(ada, "Subscriptions")).toContainText("Nobody is told of anything");
  await expectAccessible(ada, "notifications of a project without any");

  const slack = await secrets.write("slack", `${receiver.url}/slack`);
  const teams = await secrets.write("teams", `${receiver.url}/teams`);
  await subscribe(ada, own, [
    `{ on: [environment.held, environment.released], slack: { webhook: "${slack}" } }`,
    `{ on: [environment.held], environments: [production], teams: { webhook: "${teams}" } }`,
  ]);
  receiver.answer = ({ path: where }) =>
    where === "/teams" ? { status: 403, body: "The workflow is off" } : { status: 200, body: "ok" };
  const subscriptions = boxTitled(ada, "Subscriptions").getByRole("row");
  const lost = boxTitled(ada, "Given up").getByRole("row").filter({ hasText: "environment.held" });

  await test.step("a test goes to the stored address, and the page says what came of it", async () => {
    await ada.goto(notifications);
    await subscriptions
      .filter({ hasText: "Slack" })
      .getByRole("button", { name: /^Test Slack/ })
      .click();
    await expect(subscriptions.filter({ hasText: "Slack" })).toContainText("delivered");
    await expect.poll(() => receiver.at("/slack").length).toBe(1);
    expect(receiver.at("/slack")[0]?.body).toContain("A test of the notifications");
  });

  await test.step("what happens is told, and what is refused is given up with the other side's words", async () => {
    const held = await callApi(ada, "POST", "/holds", {
      data: { project: own.name, environment: "production", reason: "the *database* is <moved>" },
    });
    expect(held.status).toBe(201);
    await expect(lost).toContainText("answered 403 (The workflow is off)");
    await expect.poll(() => receiver.at("/slack").length).toBe(2);
    // The one to Teams stands there too, until the page reads that it was given up.
    const told = boxTitled(ada, "Sent last").getByRole("row").filter({ hasText: "environment.held" });
    await expect(told.filter({ hasText: "Slack" })).toContainText("delivered");
    await expectAccessible(ada, "notifications with one that was given up");
  });

  await test.step("a viewer sees that, and no address and no button", async () => {
    const vera = await signIn("vera");
    await vera.goto(notifications);
    await expect(boxTitled(vera, "Given up").getByRole("row").filter({ hasText: "Teams" })).toBeVisible();
    await expect(vera.getByRole("main")).not.toContainText(secrets.path);
    await expect(vera.getByRole("main").getByRole("button")).toHaveCount(0);
    await expectAccessible(vera, "notifications for a viewer");
  });

  await test.step("it is sent again when a person says so", async () => {
    receiver.answer = () => ({ status: 202, body: "" });
    await lost.getByRole("button", { name: "Send again: environment.held" }).click();
    await expect(boxTitled(ada, "Given up")).toContainText("Nothing was given up");
    await expect.poll(() => receiver.at("/teams").length).toBe(2);
    await expect(boxTitled(ada, "Sent last").getByRole("row").filter({ hasText: "Teams" })).toContainText(
      "asked for by Ada Okafor",
    );
  });
});

test("an approver answers in Slack, by the button under exactly that plan", async ({ signIn }) => {
  const ada = await signIn("ada");
  const own = await makeOwnProject(ada, { name: uses.notifications.project, approvers: ["approvers"] });
  const signingSecret = "8f742231b10e8888abcd99yyyzzz85a5";
  const chat = `apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: ${own.name}-chat }
spec:
  projects: [${own.name}]
  slack:
    team: T0123ABCD
    token: "${await secrets.write("token", "xoxb-token")}"
    signingSecret: "${await secrets.write("signing", signingSecret)}"
    api: "${receiver.url}/api/"
    people: [{ user: U0ARJUN00, email: arjun@demo.waybill.dev }]
---
`;
  const told = `{ on: [approval.requested], slack: { connection: ${own.name}-chat, channel: C0123ABCD } }`;
  await subscribe(ada, own, [told], chat);
  const rita = await signIn("rita");
  const release = "api@v1.1.0";
  await expectPhase(rita, await askFor(rita, { project: own.name, environment: "staging", release }), "succeeded");
  const id = await askFor(rita, { project: own.name, environment: "production", release });
  await rita.goto(`/promotions/${id}`);

  await expect.poll(() => receiver.at("/api/chat.postMessage").length).toBe(1);
  const fields = new URLSearchParams(receiver.at("/api/chat.postMessage")[0]?.body);
  const blocks: { type: string; elements: { action_id: string; value: string }[] }[] = JSON.parse(
    fields.get("blocks") ?? "",
  );
  const button = blocks.find((block) => block.type === "actions")?.elements[0];

  const press = (user: string, key = signingSecret) => {
    const payload = {
      type: "block_actions",
      ...{ team: { id: "T0123ABCD" }, user: { id: user, name: "arjun" }, response_url: `${receiver.url}/reply` },
      actions: [{ action_id: button?.action_id, value: button?.value }],
    };
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature = createHmac("sha256", key).update(`v0:${timestamp}:${body}`).digest("hex");
    return ada.request.post(`/api/hooks/slack/${own.name}-chat`, {
      data: body,
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        ...{ "x-slack-request-timestamp": timestamp, "x-slack-signature": `v0=${signature}` },
      },
    });
  };

  await test.step("a forged press is refused, and one by somebody unknown is sent to the page", async () => {
    expect((await press("U0ARJUN00", "another secret")).status()).toBe(401);
    expect((await press("U0SOMEONE")).status()).toBe(200);
    await expect.poll(() => receiver.at("/reply").at(-1)?.body).toContain("does not know who you are");
    await expectPhase(rita, id, "waiting");
  });

  await test.step("the approver's press is their yes, and the promotion goes on", async () => {
    expect((await press("U0ARJUN00")).status()).toBe(200);
    await expect.poll(() => receiver.at("/reply").at(-1)?.body).toContain("you approved it");
    await expectPhase(rita, id, "succeeded");
    await expect(rita.getByRole("main")).toContainText("Arjun");
  });
});
