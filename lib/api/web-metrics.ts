import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";

interface WebMetrics {
  registry: Registry;
  requests: Counter<"operation" | "status">;
  seconds: Histogram<"operation">;
}

// Next's dev server evaluates modules anew on every change; routes may be bundled apart and still count together.
const globalWithMetrics = globalThis as typeof globalThis & { waybillWebMetrics?: WebMetrics };

/** This web process's metrics, made at first use. */
function webMetrics(): WebMetrics {
  globalWithMetrics.waybillWebMetrics ??= create();
  return globalWithMetrics.waybillWebMetrics;
}

function create(): WebMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "waybill_web_" });
  const registers = [registry];
  return {
    registry,
    requests: new Counter({
      name: "waybill_api_requests_total",
      help: "Requests to /api/v1, by operation and status",
      labelNames: ["operation", "status"],
      registers,
    }),
    seconds: new Histogram({
      name: "waybill_api_request_seconds",
      help: "How long requests to /api/v1 took until their answer began",
      labelNames: ["operation"],
      buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
  };
}

/** Counts an answered request. */
export function countRequest(operation: string, status: number, seconds: number): void {
  const { requests, seconds: histogram } = webMetrics();
  requests.inc({ operation, status: String(status) });
  histogram.observe({ operation }, seconds);
}

/** Everything in the text format of Prometheus, with its content type. */
export async function exposeWebMetrics(): Promise<{ type: string; text: string }> {
  const { registry } = webMetrics();
  return { type: registry.contentType, text: await registry.metrics() };
}
