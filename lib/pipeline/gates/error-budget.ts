import type { ErrorBudgetConfig } from "@/lib/pipeline/gates/error-budget-config";
import type { ErrorBudget, GateInput, Verdict } from "@/lib/pipeline/gates/gate";

/** What was counted longer ago than this says nothing about now. */
const staleMs = 300_000;
/** A budget changes slowly: asked again after this. */
const askAgainMs = 60_000;
/** What cannot be measured may be measured again at any moment. */
const troubleMs = 15_000;

/** A budget as the last counts give it. `remaining` is 1 for an unspent one, 0 for a spent one, below for overspent. */
export interface BudgetReading {
  remaining: number;
  /** Over the last hour: 1 is the speed that spends exactly the whole budget in its window. Undefined: not known. */
  burnRate: number | undefined;
}

/**
 * Remaining budget and burn rate as the SRE workbook defines them (chapter "Alerting on SLOs"): the share of bad events
 * over the share that is allowed. A string is why it is not known; no traffic at all is no measurement.
 */
export function readBudget({ targetPercent, fact }: ErrorBudget, now: string): BudgetReading | string {
  if (!fact) return "it was not measured yet";
  if (fact.trouble !== undefined || !fact.value) return fact.trouble ?? "there is no measurement";
  const ageMs = Date.parse(now) - Date.parse(fact.observedAt);
  if (!(ageMs <= staleMs)) return `it was measured last at ${fact.observedAt}`;
  const allowed = 1 - targetPercent / 100;
  const spent = badShare(fact.value.window);
  if (spent === undefined) return "there is no traffic to measure";
  const { hour } = fact.value;
  // An hour that was counted and had no event burned nothing; one that could not be counted says nothing.
  const lastHour = hour.total === 0 ? 0 : badShare(hour);
  return { remaining: 1 - spent / allowed, burnRate: lastHour === undefined ? undefined : lastHour / allowed };
}

function badShare({ good, total }: { good: number | null; total: number | null }): number | undefined {
  if (good === null || total === null || !Number.isFinite(good) || !Number.isFinite(total) || total <= 0) {
    return undefined;
  }
  return Math.min(1, Math.max(0, 1 - good / total));
}

/**
 * Closed while the budget of any service that moves is below what is asked for, or goes too fast; it opens by itself as
 * the window moves on, and nobody knows when. Without a fresh measurement of every service it is unknown.
 */
export function evaluateErrorBudget(
  config: ErrorBudgetConfig & { kind: "errorBudget" },
  { plan, evidence, now }: GateInput,
): Verdict {
  const base = { gate: "errorBudget", demand: errorBudgetDemand(config) };
  const budgets = plan.services.map(({ service }) => ({
    service,
    budget: evidence.errorBudgets?.find((one) => one.slo === config.slo && one.service === service),
  }));
  const readings = budgets.map(({ service, budget }) => ({
    service,
    reading: budget ? readingFor(config, budget, now) : `this project has no SLO "${config.slo}"`,
  }));
  const facts = readings.flatMap(({ service, reading }) => evidenceOf(config, service, reading));
  const after = (ms: number) => new Date(Date.parse(now) + ms).toISOString();
  const unclear = readings.find(({ reading }) => typeof reading === "string");
  if (unclear) {
    // Nobody asked yet: whoever evaluates next does so first.
    const isNew = budgets.some(({ budget }) => budget !== undefined && budget.fact === undefined);
    const nextEvaluationAt = isNew ? now : after(troubleMs);
    const summary = `${unclear.service}: ${unclear.reading}`;
    const whoCanAct = "the source of metrics to count it";
    return { ...base, status: "unknown", summary, evidence: facts, nextEvaluationAt, whoCanAct };
  }
  const closed = readings.flatMap(({ service, reading }) => closedBy(config, service, reading as BudgetReading));
  if (closed.length > 0) {
    const whoCanAct = "time: it opens as the window moves on, no end is known";
    const nextEvaluationAt = after(askAgainMs);
    return { ...base, status: "wait", summary: closed.join("; "), evidence: facts, nextEvaluationAt, whoCanAct };
  }
  return { ...base, status: "pass", summary: "every service has that much left", evidence: facts };
}

/** Where the gate asks how fast the budget goes, an hour that could not be counted leaves it unknown. */
function readingFor({ maxBurnRate }: ErrorBudgetConfig, budget: ErrorBudget, now: string): BudgetReading | string {
  const reading = readBudget(budget, now);
  if (typeof reading === "string" || maxBurnRate === undefined || reading.burnRate !== undefined) return reading;
  return "the last hour could not be counted, so it is not known how fast the budget goes";
}

// No measured number stands here: an answer that reads the same is recorded once, not every minute.
function closedBy(config: ErrorBudgetConfig, service: string, { remaining, burnRate }: BudgetReading): string[] {
  // A budget that is spent to the last event may come out as the smallest number above zero.
  const isSpent = remaining < 1e-9;
  if (isSpent || remaining * 100 < config.minRemainingPercent) {
    return [isSpent ? `${service} has spent its budget` : `${service} has less than that left`];
  }
  if (config.maxBurnRate === undefined || (burnRate !== undefined && burnRate <= config.maxBurnRate)) return [];
  return [`${service} burns its budget faster than that`];
}

function evidenceOf(config: ErrorBudgetConfig, service: string, reading: BudgetReading | string): Verdict["evidence"] {
  if (typeof reading === "string") return [];
  const { remaining, burnRate } = reading;
  const { minRemainingPercent, maxBurnRate } = config;
  return [
    { name: `${service}: budget left`, value: percent(remaining), threshold: `${minRemainingPercent} %` },
    ...(burnRate === undefined
      ? []
      : [
          {
            name: `${service}: burn rate, 1h`,
            value: times(burnRate),
            ...(maxBurnRate === undefined ? {} : { threshold: times(maxBurnRate) }),
          },
        ]),
  ];
}

/** What the gate asks for, in the words of its verdicts. */
export function errorBudgetDemand({ slo, minRemainingPercent, maxBurnRate }: ErrorBudgetConfig): string {
  const left = minRemainingPercent === 0 ? `budget of ${slo} not spent` : `${minRemainingPercent} % of ${slo} left`;
  return maxBurnRate === undefined ? left : `${left}, burn rate ${times(maxBurnRate)} at most`;
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

function times(factor: number): string {
  return `${Math.round(factor * 10) / 10} ×`;
}
