import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { postAlerts } from "@/lib/adapters/prometheus/testing/alerts-contract";
import { hasAlertmanager, startAlertmanager } from "@/lib/adapters/prometheus/testing/real-alertmanager";
import { alertmanagerMessage } from "@/lib/commands/fire-by-alertmanager";

it.skipIf(!hasAlertmanager)("a real Alertmanager's webhook is read as it comes, with its token", async () => {
  let heard: (message: { headers: IncomingHttpHeaders; body: string }) => void;
  const first = new Promise<{ headers: IncomingHttpHeaders; body: string }>((resolve) => {
    heard = resolve;
  });
  const receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    response.end();
    heard({ headers: request.headers, body: Buffer.concat(chunks).toString() });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void receiver.close());
  const { port } = receiver.address() as AddressInfo;
  const server = await startAlertmanager(`http://127.0.0.1:${port}/hook`);
  onTestFinished(() => server.stop());
  const labels = { alertname: "BreakerOpen", service: "backend" };
  await postAlerts(server.url, [{ labels }]);
  const { headers, body } = await first;
  expect(headers.authorization).toBe("Bearer wb_secret");
  expect(headers["content-type"]).toMatch(/^application\/json/);
  const message = alertmanagerMessage.parse(JSON.parse(body));
  expect(message.alerts).toMatchObject([
    { status: "firing", labels, fingerprint: expect.stringMatching(/^[0-9a-f]+$/) },
  ]);
});
