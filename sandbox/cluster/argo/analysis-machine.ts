/*
 * What the controller of Argo Rollouts does with an AnalysisRun (argoproj/argo-rollouts, analysis/analysis.go and
 * utils/analysis/helpers.go): it measures at every interval, and its worst metric decides. Templates are not read: each
 * name stands for one metric, the share of requests that the new pods answered.
 */
export interface AnalysisMetric {
  name: string;
  interval: string;
  count: number;
  successCondition: string;
  failureCondition: string;
  failureLimit: number;
}

export interface MetricResult {
  name: string;
  phase: string;
  message?: string;
  count: number;
  successful: number;
  failed: number;
  inconclusive: number;
  error: number;
  measurements: { phase: string; value: string; startedAt: string; finishedAt: string }[];
}

export interface AnalysisStatus {
  phase?: string;
  message?: string;
  startedAt?: string;
  metricResults?: MetricResult[];
}

const intervalSeconds = 5;
const passesFrom = 0.95;
const failsBelow = 0.8;

/** What a template of any name asks for. */
export function metricOf(name: string): AnalysisMetric {
  const conditions = { successCondition: `result[0] >= ${passesFrom}`, failureCondition: `result[0] < ${failsBelow}` };
  return { name, interval: `${intervalSeconds}s`, count: 3, ...conditions, failureLimit: 1 };
}

const ended = new Set(["Successful", "Failed", "Error", "Inconclusive"]);

/** One look: measures what is due, and says how the run stands. `measured` undefined: there was nothing to measure. */
export function advanceRun(
  metrics: AnalysisMetric[],
  before: AnalysisStatus,
  measured: number | undefined,
  { now, speed }: { now: number; speed: number },
): AnalysisStatus {
  if (ended.has(before.phase ?? "")) return before;
  const at = new Date(now).toISOString();
  const results = metrics.map((metric): MetricResult => {
    const old = before.metricResults?.find(({ name }) => name === metric.name) ?? nothing(metric.name);
    const last = old.measurements.at(-1)?.finishedAt;
    const isDue = last === undefined || (now - Date.parse(last)) * speed >= intervalSeconds * 1000;
    return !isDue || ended.has(old.phase) ? old : judged(metric, measure(old, measured, at));
  });
  const worst = ["Failed", "Error", "Inconclusive", "Running"].map((phase) =>
    results.find((one) => one.phase === phase),
  );
  const found = worst.find((one) => one !== undefined);
  const message = found?.message === undefined ? {} : { message: found.message };
  return { startedAt: before.startedAt ?? at, phase: found?.phase ?? "Successful", ...message, metricResults: results };
}

function nothing(name: string): MetricResult {
  return { name, phase: "Running", count: 0, successful: 0, failed: 0, inconclusive: 0, error: 0, measurements: [] };
}

function measure(result: MetricResult, measured: number | undefined, at: string): MetricResult {
  const phase =
    measured === undefined
      ? "Error"
      : measured >= passesFrom
        ? "Successful"
        : measured < failsBelow
          ? "Failed"
          : "Inconclusive";
  const key = { Error: "error", Successful: "successful", Failed: "failed", Inconclusive: "inconclusive" } as const;
  const value = measured === undefined ? "[]" : `[${measured}]`;
  const measurement = { phase, value, startedAt: at, finishedAt: at };
  const counted = { ...result, measurements: [...result.measurements, measurement].slice(-10) };
  counted[key[phase]] += 1;
  // An error is asked for again: consecutiveErrorLimit, 4.
  if (phase !== "Error") counted.count += 1;
  return counted;
}

function judged(metric: AnalysisMetric, result: MetricResult): MetricResult {
  const say = (phase: string, what: string, count: number, limit: string) => ({
    ...result,
    phase,
    message: `Metric "${metric.name}" assessed ${phase} due to ${what} (${count}) > ${limit}`,
  });
  if (result.failed > metric.failureLimit)
    return say("Failed", "failed", result.failed, `failureLimit (${metric.failureLimit})`);
  if (result.inconclusive > 0) return say("Inconclusive", "inconclusive", result.inconclusive, "inconclusiveLimit (0)");
  if (result.error > 4) return say("Error", "consecutiveErrors", result.error, "consecutiveErrorLimit (4)");
  return { ...result, phase: result.count >= metric.count ? "Successful" : "Running" };
}
