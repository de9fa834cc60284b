import type { KubernetesClient } from "@/lib/adapters/kubernetes/client";
import { analysisPhase, type NamedRun } from "@/lib/adapters/kubernetes/delegated/argo-rollout";
import { clusterWords } from "@/lib/adapters/kubernetes/errors";
import { fields, list, text } from "@/lib/adapters/kubernetes/objects";
import { checkedName, rolloutsApi } from "@/lib/adapters/kubernetes/paths";
import type { DelegatedAnalysis, DelegatedMetric } from "@/lib/pipeline/rollout/delegated-standing";
import { ExternalError } from "@/lib/ports/external-error";

/** The controller keeps ten measurements of a metric itself (analysis/analysis.go); a page has room for these. */
const valuesMax = 10;
const metricsMax = 20;

/**
 * The analysis that a Rollout's status names, with what was measured. Where the AnalysisRun cannot be read (it is gone, or
 * there is no right to), what the Rollout's status says of it stands alone, and the message says why.
 */
export async function readAnalysis(
  client: KubernetesClient,
  namespace: string,
  run: NamedRun,
  signal?: AbortSignal,
): Promise<DelegatedAnalysis> {
  const folder = `${rolloutsApi}/namespaces/${checkedName(client.system, "namespace", namespace)}/analysisruns`;
  try {
    const path = `${folder}/${checkedName(client.system, "AnalysisRun", run.name)}`;
    return { ...run, message: clusterWords(run.message), metrics: metricsOf(await client.get(path, {}, signal)) };
  } catch (error) {
    const isSilent = error instanceof ExternalError && (error.code === "notFound" || error.code === "forbidden");
    if (!isSilent) throw error;
    const why = error.code === "notFound" ? "the AnalysisRun is gone" : "no right to read the AnalysisRun";
    return { ...run, message: [clusterWords(run.message), why].filter(Boolean).join("; "), metrics: [] };
  }
}

function metricsOf(object: unknown): DelegatedMetric[] {
  const results = list(fields(fields(object).status).metricResults).map(fields);
  return results.slice(0, metricsMax).map((result) => ({
    name: text(result.name) ?? "",
    phase: analysisPhase(result.phase),
    message: clusterWords(text(result.message) ?? ""),
    dryRun: result.dryRun === true,
    values: list(result.measurements)
      .slice(-valuesMax)
      .map(fields)
      .map((one) => ({
        at: text(one.finishedAt) ?? text(one.startedAt) ?? "",
        value: clusterWords(text(one.value) ?? text(one.message) ?? ""),
        phase: analysisPhase(one.phase),
      })),
  }));
}
