import { Webhook } from "standardwebhooks";
import { askFor, expectPhase, readPromotion } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled, stampOf } from "./locators";
import { makeOwnProject } from "./own-project";
import { type Receiver, startReceiver } from "./receiver";
import { makeSecretFolder, type SecretFolder } from "./secret-folder";
import { uses } from "./who-uses-what";

// Goal: another system has its say before production, and what it says stands on the promotion's page.

const key = `whsec_${Buffer.from("a secret of thirty-two characters").toString("base64")}`;
let change: Receiver;
let secrets: SecretFolder;
test.beforeEach(async () => {
  change = await startReceiver();
  secrets = await makeSecretFolder();
});
test.afterEach(async () => {
  await change.close();
  await secrets.remove();
});

test("a promotion waits for the yes of another system, which is asked for exactly this plan", async ({ signIn }) => {
  const ada = await signIn("ada");
  const secret = await secrets.write("change", key);
  const { name: project } = await makeOwnProject(ada, {
    name: uses.webhook.project,
    gates: [`- webhook: { url: "${change.url}/check", secret: "${secret}" }`],
  });
  const rita = await signIn("rita");
  const release = "api@v1.1.0";
  const { host } = new URL(change.url);
  const gates = boxTitled(rita, "Gates");
  const says = (answer: object) => {
    const headers = { "content-type": "application/json" };
    change.answer = () => ({ status: 200, body: JSON.stringify(answer), headers });
  };
  await expectPhase(rita, await askFor(rita, { project, environment: "staging", release }), "succeeded");

  await test.step("before the request the preview says that it is asked once requested, and asks nobody", async () => {
    await rita.goto(`/promote?project=${project}&environment=production&release=${encodeURIComponent(release)}`);
    await expect(gates).toContainText(`${host} is asked once it is requested`);
    expect(change.at("/check")).toEqual([]);
  });

  says({ result: "wait", message: "CHG-7 <b>waits</b> for its board", retryAfterSeconds: 10 });
  const id = await askFor(rita, { project, environment: "production", release });

  await test.step("while it says wait, its words stand on the page as plain text", async () => {
    await rita.goto(`/promotions/${id}`);
    await expect(stampOf(rita)).toHaveText("waiting");
    await expect(gates).toContainText(`${host} says wait“CHG-7 <b>waits</b> for its board”`);
    await expect(gates).toContainText(`needs whoever answers at ${host}`);
    await expectAccessible(rita, "promotion that waits for another system");
  });

  await test.step("what it was asked is signed, and about this plan", async () => {
    const [request] = change.at("/check");
    const told = new Webhook(key).verify(request?.body ?? "", request?.headers as Record<string, string>);
    const { planHash } = await readPromotion(rita, id);
    expect(told).toMatchObject({ data: { project, promotion: id, planHash, requestedBy: { name: "Rita Moreau" } } });
  });

  await test.step("once it says yes, it starts by itself", async () => {
    says({ result: "pass" });
    await expectPhase(rita, id, "succeeded");
    const ids = change.at("/check").map(({ headers }) => headers["webhook-id"]);
    expect(new Set(ids).size).toBe(1);
  });
});
