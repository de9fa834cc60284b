import { createHash, timingSafeEqual } from "node:crypto";
import { problemFor } from "@/lib/api/handle";
import { exposeWebMetrics } from "@/lib/api/web-metrics";
import { can } from "@/lib/auth/permissions";
import { principalFromRequest } from "@/lib/auth/request-principal";
import { Forbidden } from "@/lib/pipeline/errors";

export const dynamic = "force-dynamic";

/** This web process's metrics for Prometheus: to WAYBILL_METRICS_TOKEN, or to an administrator of the installation. */
export async function GET(request: Request): Promise<Response> {
  try {
    if (!carriesMetricsToken(request)) {
      const principal = await principalFromRequest(request);
      if (!can(principal, "administer", { instance: true })) throw new Forbidden("metrics are for administrators");
    }
    const { type, text } = await exposeWebMetrics();
    return new Response(text, { headers: { "content-type": type, "cache-control": "no-store" } });
  } catch (error) {
    return problemFor(error, "metrics");
  }
}

function carriesMetricsToken(request: Request): boolean {
  const token = process.env.WAYBILL_METRICS_TOKEN;
  if (token === undefined || token === "") return false;
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(request.headers.get("authorization") ?? ""), hash(`Bearer ${token}`));
}
