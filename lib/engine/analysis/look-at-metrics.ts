import {
  keepMeasurements,
  type MeasuredMetric,
  type Measurement,
  recentMeasurements,
} from "@/lib/engine/analysis/measurements";
import { type Asked, readMetrics } from "@/lib/engine/analysis/read-metrics";
import type { Engine } from "@/lib/engine/engine";
import type { MetricPolicy } from "@/lib/pipeline/policy/metric";
import { fillQuery, type QueryFacts, unknownPlaces } from "@/lib/pipeline/policy/slo";
import type { TriggerPolicy } from "@/lib/pipeline/policy/trigger";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { judgeMetric, type MetricReading, moveMetric } from "@/lib/pipeline/verification/judge-metric";
import {
  alertFires,
  memoryAbove,
  metricAbove,
  moveTrigger,
  notReported,
  type PodReading,
  probesFail,
  type RestartLook,
  restartedTooOften,
  type TriggerFinding,
} from "@/lib/pipeline/verification/judge-trigger";
import { type MetricDemands, placeOf } from "@/lib/pipeline/verification/metric-checks";
import { metricEvidence } from "@/lib/pipeline/verification/metric-evidence";
import { type MetricMoments, type MetricQuestion, metricQuestions } from "@/lib/pipeline/verification/metric-question";
import { ExternalError } from "@/lib/ports/external-error";

/** One service whose metrics are looked at; `checks` are those that metricChecks made of `demands`. */
export interface MetricSubject {
  service: string;
  /** What its queries are filled in with; a canary says its hashes and its own workload here. */
  facts: Omit<QueryFacts, "window">;
  demands: MetricDemands;
  checks: readonly CheckState[];
  /** Checks of the same demands about the same pods that are over: what they counted still counts within its time. */
  checksBefore?: readonly CheckState[];
  moments: Omit<MetricMoments, "now">;
  /** The pods that are judged, for restarts and probes; asked only where a trigger needs them. Throws ExternalError. */
  pods(): Promise<PodReading[]>;
}

/** Checks as they stand after the look, in the order of the subjects; evidence is of those that are not good. */
export interface MetricsLook {
  checks: CheckState[];
  evidence: { name: string; value: string }[];
}

/** In the evidence of a decision stand so many measurements before it. */
const seriesInEvidence = 20;
/** And as many points of so many minutes before it. */
const minutesBefore = 10;
/** So many looks back are enough to count restarts in. */
const looksBack = 500;

/**
 * Looks once at every metric and trigger of these services: asks, judges, keeps what was measured, and answers how the
 * checks stand now (`keep: false` keeps nothing: it is no promotion, and has no charts). A source that does not answer makes a check unknown; nothing is thrown for that.
 */
export async function lookAtMetrics(
  engine: Engine,
  where: { project: string; promotion: string; keep?: boolean },
  subjects: readonly MetricSubject[],
): Promise<MetricsLook> {
  const now = engine.now();
  const asked = subjects.flatMap((subject) => questionsOf(subject, now));
  const restartIds = subjects.flatMap((subject) =>
    checksOf(subject, "restarts").flatMap((check) => countersOf(subject, check)),
  );
  const askable = asked.filter((one) => one.unknown.length === 0);
  const [answers, pods, earlier] = await Promise.all([
    readMetrics(
      engine,
      where.project,
      askable.map((one) => one.asked),
    ),
    Promise.all(subjects.map((subject) => podsOf(subject))),
    recentMeasurements(engine.pool, where.promotion, restartIds, looksBack),
  ]);
  const readings = new Map(askable.map((one, index) => [one, answers[index] ?? notAsked]));
  const byCheck = new Map(asked.map((one) => [one.id, { ...one, reading: readings.get(one) ?? notKnown(one) }]));
  const looked = subjects.flatMap((subject, index) =>
    subject.checks.map((check) => lookAtOne(subject, check, byCheck, pods[index] ?? notAsked, earlier, now)),
  );
  const measured = looked.flatMap((one) => one.measurement ?? []);
  await keepMeasurements(
    engine.pool,
    where,
    looked.flatMap((one) => one.metric ?? []),
    where.keep === false ? [] : measured,
  );
  return { checks: looked.map((one) => one.check), evidence: await evidenceOf(engine, where, looked) };
}

const notAsked = { kind: "silent" as const, message: "it was not asked" };

/** A query about pods that nobody could name is not asked: one that finds nothing may say 0, which looks like health. */
function notKnown({ unknown }: AskedFor): MetricReading {
  const named = unknown.map((place) => `{${place}}`).join(" and ");
  return { kind: "silent", message: `the cluster did not say what ${named} ${unknown.length === 1 ? "is" : "are"}` };
}

interface AskedFor {
  /** The check's id, or `metric NAME` of its service for what triggers share with it. */
  id: string;
  asked: Asked;
  /** What its queries name and nobody knows at this moment. */
  unknown: string[];
}
type Readings = Map<string, AskedFor & { reading: MetricReading }>;
type Pods = PodReading[] | { kind: "silent"; message: string };

interface Looked {
  check: CheckState;
  question?: MetricQuestion;
  metric?: MeasuredMetric;
  measurement?: Measurement;
}

function policyOf<Kind extends "metric" | "trigger">({ demands }: MetricSubject, check: CheckState, kind: Kind) {
  const list = kind === "metric" ? demands.metrics : demands.rollBackWhen;
  return list?.[placeOf(check)] as (Kind extends "metric" ? MetricPolicy : TriggerPolicy) | undefined;
}

function checksOf(subject: MetricSubject, kind: TriggerPolicy["kind"]): CheckState[] {
  return subject.checks.filter(
    (check) => check.kind === "trigger" && policyOf(subject, check, "trigger")?.kind === kind,
  );
}

/** The ids under which a trigger's counter was kept: its own, and those of the checks before it. */
function countersOf({ checksBefore = [] }: MetricSubject, check: CheckState): string[] {
  const before = checksBefore.filter((one) => one.kind === check.kind && placeOf(one) === placeOf(check));
  return [...before.map((one) => one.id), check.id];
}

function questionsOf(subject: MetricSubject, now: string): AskedFor[] {
  const moments = { ...subject.moments, now };
  return subject.checks.flatMap((check): AskedFor[] => {
    if (check.kind === "metric") {
      const policy = policyOf(subject, check, "metric");
      if (!policy) return [];
      const unknown = unknownPlaces(`${policy.query} ${policy.baseline ?? ""}`, { ...subject.facts, window: "" });
      return [{ id: check.id, asked: metricQuestions(policy, subject.facts, moments), unknown }];
    }
    const trigger = policyOf(subject, check, "trigger");
    if (trigger?.kind !== "memory" && trigger?.kind !== "alert") return [];
    const { connection } = trigger;
    if (connection === undefined) return [];
    const current = { connection, to: now, ...askedBy(trigger, subject.facts) };
    const texts = trigger.kind === "memory" ? [trigger.query] : Object.values(trigger.labels);
    const unknown = unknownPlaces(texts.join(" "), { ...subject.facts, window: "" });
    return [{ id: check.id, asked: { current }, unknown }];
  });
}

/** What a trigger asks a source itself. No alert of the name is the number 0, as long as there is an answer. */
function askedBy(
  trigger: TriggerPolicy & { kind: "memory" | "alert" },
  facts: MetricSubject["facts"],
): Pick<MetricQuestion, "expression" | "alert"> {
  const all = { ...facts, window: "" };
  if (trigger.kind === "memory") return { expression: fillQuery(trigger.query, all) };
  const own = Object.entries(trigger.labels).map(([key, text]) => [key, fillQuery(text, all)]);
  const labels: Record<string, string> = { alertname: trigger.alert, ...Object.fromEntries(own) };
  const matchers = Object.entries({ ...labels, alertstate: "firing" }).map(
    ([key, text]) => `${key}=${JSON.stringify(text)}`,
  );
  return { expression: `count(ALERTS{${matchers.join(",")}}) or vector(0)`, alert: { labels } };
}

async function podsOf(subject: MetricSubject): Promise<Pods> {
  if (checksOf(subject, "restarts").length + checksOf(subject, "probeFailures").length === 0) return notAsked;
  try {
    return await subject.pods();
  } catch (error) {
    if (!(error instanceof ExternalError)) throw error;
    return { kind: "silent", message: error.message };
  }
}

function lookAtOne(
  subject: MetricSubject,
  check: CheckState,
  readings: Readings,
  pods: Pods,
  earlier: Map<string, Measurement[]>,
  now: string,
): Looked {
  if (check.kind === "metric") return lookAtMetric(subject, check, readings, now);
  const trigger = policyOf(subject, check, "trigger");
  if (!trigger) return { check: { ...check, status: "unknown", found: "the plan has no such trigger" } };
  const looks = countersOf(subject, check)
    .flatMap((id) => earlier.get(id) ?? [])
    .flatMap(({ at, value }): RestartLook[] => (value === null ? [] : [{ at, restarts: value }]))
    .sort((one, other) => (one.at < other.at ? -1 : 1));
  const finding = findingOf(subject, check, trigger, readings, pods, looks, now);
  const moved = moveTrigger(check, trigger, finding, now);
  if (trigger.kind !== "restarts" || !Array.isArray(pods)) return { check: moved };
  // The counter itself is kept: what is counted within a span is counted anew at every look.
  const restarts = pods.reduce((sum, pod) => sum + pod.restarts, 0);
  const nothing = { baseline: null, max: null, min: null };
  return { check: moved, measurement: { checkId: check.id, at: now, outcome: "pass", value: restarts, ...nothing } };
}

function lookAtMetric(subject: MetricSubject, check: CheckState, readings: Readings, now: string): Looked {
  const policy = policyOf(subject, check, "metric");
  const found = readings.get(check.id);
  if (!policy || !found) return { check: { ...check, status: "unknown", found: "the plan has no such metric" } };
  const judgement = judgeMetric(policy, found.reading);
  const { outcome, value, baseline: base, max, min } = judgement;
  const { current, baseline } = found.asked;
  return {
    check: moveMetric(check, policy, judgement, now, subject.moments.since),
    measurement: { checkId: check.id, at: now, outcome, value, baseline: base, max, min },
    question: current,
    metric: {
      ...{ checkId: check.id, service: subject.service, name: policy.name, title: check.title, unit: policy.unit },
      query: current.expression,
      baselineQuery: policy.baseline === undefined ? null : (baseline?.expression ?? null),
      comparedWith: policy.baseline !== undefined ? "stable" : baseline ? "before" : null,
    },
  };
}

function findingOf(
  subject: MetricSubject,
  check: CheckState,
  trigger: TriggerPolicy,
  readings: Readings,
  pods: Pods,
  earlier: RestartLook[],
  now: string,
): TriggerFinding {
  const unknown = (words: string): TriggerFinding => ({ holds: "unknown", words, value: null, limit: null });
  const own = readings.get(check.id)?.reading ?? notAsked;
  switch (trigger.kind) {
    case "metric": {
      const index = subject.demands.metrics?.findIndex((one) => one.name === trigger.metric) ?? -1;
      const policy = subject.demands.metrics?.[index];
      const named = subject.checks.find((one) => one.kind === "metric" && placeOf(one) === index);
      const reading = named && readings.get(named.id)?.reading;
      return policy && reading ? metricAbove(trigger, reading, policy) : unknown("the plan has no such metric");
    }
    case "memory":
      return memoryAbove(trigger, own);
    case "alert":
      return alertFires(trigger, own);
    case "probeFailures":
      return Array.isArray(pods) ? probesFail(trigger, pods) : unknown(pods.message);
    case "restarts":
      return Array.isArray(pods) ? restartedTooOften(trigger, pods, earlier, now) : unknown(pods.message);
    case "webhook":
      return notReported;
    default:
      return trigger satisfies never;
  }
}

/**
 * What stands against going on, with the numbers around this moment: those that were measured, and for what failed also
 * what the source has of the minutes before, where it answers.
 */
async function evidenceOf(engine: Engine, where: { project: string; promotion: string }, looked: readonly Looked[]) {
  const against = looked.filter(
    (one) => one.metric && !one.check.dryRun && !["good", "holding"].includes(one.check.status),
  );
  const failed = against.filter((one) => one.check.status === "failed");
  const [measured, around] = await Promise.all([
    recentMeasurements(
      engine.pool,
      where.promotion,
      against.map((one) => one.check.id),
      seriesInEvidence,
    ),
    readMetrics(
      engine,
      where.project,
      failed.flatMap((one) => (one.question ? [{ current: before(one.question) }] : [])),
    ),
  ]);
  return against.flatMap((one) => {
    const { metric, check } = one;
    if (!metric) return [];
    const reading = around[failed.indexOf(one)];
    const points = reading?.kind === "numbers" ? reading.points : [];
    return metricEvidence({ ...metric, series: measured.get(check.id) ?? [], around: points });
  });
}

/** The question over the minutes before its moment, by a handful of points. */
function before({ range: _, ...question }: MetricQuestion): MetricQuestion {
  const from = new Date(Date.parse(question.to) - minutesBefore * 60_000).toISOString();
  return { ...question, range: { from, stepMs: (minutesBefore * 60_000) / (seriesInEvidence - 1) } };
}
