import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { readBody, sendJson, sendText } from "../http-server";
import { createAlertsApi } from "./alerts-api";
import { evaluate, type Sample, type SeriesSource, type Value } from "./evaluate";
import { parseExpression, UnsupportedExpression } from "./parse-expression";

class BadParameter extends Error {}

const pointsMax = 11_000;

/**
 * Prometheus' query API over the demo services' traffic, and Alertmanager's beside it (`/api/v2`). An expression beyond the
 * sandbox is a 422, never an empty success.
 */
export function createMetricsApi(traffic: SeriesSource): RequestListener {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://metrics");
    if (url.pathname === "/-/ready") return sendText(response, 200, "Prometheus Server is Ready.\n");
    if (url.pathname === "/-/healthy") return sendText(response, 200, "Prometheus Server is Healthy.\n");
    const version = { version: "waybill-sandbox" };
    if (url.pathname === "/api/v1/status/buildinfo")
      return sendJson(response, 200, { status: "success", data: version });
    const instant = url.pathname === "/api/v1/query";
    if (!instant && url.pathname !== "/api/v1/query_range") return sendText(response, 404, "404 page not found\n");
    const parameters = url.searchParams;
    if (request.method === "POST") {
      const form = new URLSearchParams((await readBody(request, 1024 * 1024)).toString("utf8"));
      for (const [key, value] of form) parameters.set(key, value);
    }
    const data = instant ? query(traffic, parameters) : queryRange(traffic, parameters);
    sendJson(response, 200, { status: "success", data });
  }
  const alerts = createAlertsApi();
  return (request, response) => {
    if (request.url?.startsWith("/api/v2/")) return alerts(request, response);
    answer(request, response).catch((error: unknown) => fail(response, error));
  };
}

function fail(response: ServerResponse, error: unknown): void {
  if (error instanceof BadParameter) {
    sendJson(response, 400, { status: "error", errorType: "bad_data", error: error.message });
    return;
  }
  const known = error instanceof UnsupportedExpression;
  const message = known
    ? `the sandbox cannot evaluate this expression: ${error.message}`
    : "internal error in the sandbox";
  sendJson(response, known ? 422 : 500, {
    status: "error",
    errorType: known ? "execution" : "internal",
    error: message,
  });
}

function expressionOf(parameters: URLSearchParams) {
  const text = parameters.get("query") ?? "";
  if (text.trim() === "") throw new BadParameter('invalid parameter "query": no expression found in input');
  return parseExpression(text);
}

function timeOf(parameters: URLSearchParams, name: string, fallbackMs?: number): number {
  const text = parameters.get(name);
  if (text === null && fallbackMs !== undefined) return fallbackMs;
  const time =
    text === null || text === "" ? Number.NaN : Number.isNaN(Number(text)) ? Date.parse(text) : Number(text) * 1000;
  if (Number.isNaN(time))
    throw new BadParameter(`invalid parameter "${name}": cannot parse "${text ?? ""}" to a valid timestamp`);
  return time;
}

const written = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? "+Inf" : value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);

function query(traffic: SeriesSource, parameters: URLSearchParams): unknown {
  const expression = expressionOf(parameters);
  const time = timeOf(parameters, "time", Date.now());
  const value = evaluate(expression, traffic, time);
  if (typeof value === "number") return { resultType: "scalar", result: [time / 1000, written(value)] };
  const result = value.map(({ labels, value: one }) => ({ metric: labels, value: [time / 1000, written(one)] }));
  return { resultType: "vector", result };
}

function queryRange(traffic: SeriesSource, parameters: URLSearchParams): unknown {
  const expression = expressionOf(parameters);
  const [start, end] = [timeOf(parameters, "start"), timeOf(parameters, "end")];
  const [, count = "", unit = "s"] = /^([\d.]+)(s|m|h)?$/.exec(parameters.get("step") ?? "") ?? [];
  const step = Number(count) * { s: 1000, m: 60_000, h: 3_600_000 }[unit as "s" | "m" | "h"];
  if (end < start) throw new BadParameter('invalid parameter "end": end timestamp must not be before start time');
  if (!(step > 0))
    throw new BadParameter('invalid parameter "step": a positive duration or number of seconds is needed');
  if ((end - start) / step > pointsMax)
    throw new BadParameter(`exceeded maximum resolution of ${pointsMax} points per timeseries`);
  const rows = new Map<string, { metric: Record<string, string>; values: [number, string][] }>();
  for (let time = start; time <= end; time += step) {
    for (const { labels, value } of asSamples(evaluate(expression, traffic, time))) {
      const key = JSON.stringify(Object.entries(labels).sort());
      const row = rows.get(key) ?? { metric: labels, values: [] };
      row.values.push([time / 1000, written(value)]);
      rows.set(key, row);
    }
  }
  return { resultType: "matrix", result: [...rows.values()] };
}

function asSamples(value: Value): Sample[] {
  return typeof value === "number" ? [{ labels: {}, value }] : value;
}
