import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Prometheus' query API with one number for every question, counted; joined questions are answered each in its place. */
export interface MetricsServer {
  url: string;
  /** What every query gives from now on. */
  value: number;
  requests: number;
  expressions: number;
  close(): Promise<void>;
}

export async function startMetricsServer(): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const form = new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
      const places = [...(form.get("query") ?? "").matchAll(/"waybill_place", "(\d+)"/g)].map(([, place]) => place);
      const time = Number(form.get("time") ?? Date.now() / 1000);
      const value = [time, String(started.value)];
      const one = places.length === 0 ? [{ metric: {}, value }] : [];
      const result = [...one, ...places.map((place) => ({ metric: { waybill_place: place }, value }))];
      started.requests += 1;
      started.expressions += result.length;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ status: "success", data: { resultType: "vector", result } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const started: MetricsServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ value: 0, requests: 0, expressions: 0 },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return started;
}
