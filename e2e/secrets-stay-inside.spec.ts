import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { callApi } from "./api";
import { expect, test } from "./fixtures";
import { mainOf } from "./locators";

// Goal: credentials go to the system they are for and nowhere else, not even where that system repeats them. What the
// product wrote and answers is searched for them after all browser tests (scripts/test/canaries.ts).

let echo: Server;
const received: string[] = [];

test.beforeAll(async () => {
  echo = createServer((request, response) => {
    const { authorization = "" } = request.headers;
    if (authorization === "") {
      response.writeHead(401, { "www-authenticate": 'Basic realm="echo"' }).end("{}");
      return;
    }
    received.push(authorization);
    const decoded = Buffer.from(authorization.split(" ")[1] ?? "", "base64").toString("utf8");
    const words = `you sent ${authorization}, which is ${decoded}`;
    const body = { status: "error", error: words, errors: [{ code: "ECHO", message: words }] };
    response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
});
test.afterAll(() => new Promise((resolve) => echo.close(resolve)));

function connections(url: string): string {
  const connection = (name: string, spec: string) => `apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: ${name} }
spec: { projects: [veza], ${spec} }
`;
  return [
    connection(
      "echo-registry",
      `registry: { url: "${url}", username: "env:CANARY_REGISTRY_USERNAME", password: "env:CANARY_REGISTRY_PASSWORD" }`,
    ),
    connection("echo-metrics", `prometheus: { url: "${url}", token: "env:CANARY_METRICS_TOKEN" }`),
    connection(
      "echo-numbers",
      `prometheus: { url: "${url}", username: "env:CANARY_REGISTRY_USERNAME", password: "env:CANARY_METRICS_PASSWORD" }`,
    ),
  ].join("---\n");
}

test("a system that repeats the credentials it got is told of without them", async ({ signIn }) => {
  const ada = await signIn("ada");
  const { port } = echo.address() as AddressInfo;
  const data = connections(`http://127.0.0.1:${port}`);
  const applied = await callApi(ada, "PUT", "/documents", { data, headers: { "content-type": "application/yaml" } });
  expect(applied.status, JSON.stringify(applied.body)).toBe(200);

  await ada.goto("/settings/connections");
  for (const name of ["echo-registry", "echo-metrics", "echo-numbers"]) {
    const before = received.length;
    const box = mainOf(ada)
      .locator("section.box")
      .filter({ has: ada.getByRole("heading", { name, exact: true }) });
    await box.getByRole("button", { name: "Test" }).click();
    await expect(box.getByRole("status")).toContainText("you sent");
    expect(received.length, name).toBeGreaterThan(before);
  }
  const secrets = received.flatMap((one) => {
    const text = one.split(" ")[1] ?? "";
    return [text, ...Buffer.from(text, "base64").toString("utf8").split(":").slice(1)];
  });
  const page = await ada.content();
  for (const secret of secrets) expect(page.includes(secret), "a secret stands in the page").toBe(false);
});
