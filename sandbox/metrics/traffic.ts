import type { ReadyPod, RunningWorkload } from "../cluster/running-workloads";

export interface Series {
  name: string;
  labels: Record<string, string>;
  /** The value at a time (epoch ms), or undefined from before the series began. */
  at(timeMs: number): number | undefined;
}

// The imaginary load: what a user of every demo service would have measured.
const requestsPerSecond = 20;
const usualErrorShare = 0.002;
const faultyErrorShare = 0.35;
const bucketsSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const usualShares = [0.6, 0.9, 0.98, 0.995, 0.999, 1, 1];
const slowShares = [0, 0, 0.02, 0.08, 0.3, 0.85, 1];
// What a pod takes of the memory that its container may have.
const memoryLimitBytes = 256_000_000;
const usualMemoryShare = 0.38;
const slowMemoryShare = 0.93;
// A request's time on a processor, and how many of those that went well are an order.
const usualCpuSeconds = 0.004;
const slowCpuSeconds = 0.012;
const ordersShare = 0.1;
const keptSegments = 500;
const keptAfterEndMs = 3_600_000;

/** From `from` on, each rate holds until the next segment; `total` is what had been counted by then. */
interface Segment {
  from: number;
  rate: number;
  total: number;
}

/** Counters of the demo services' requests: rates follow what runs and its faults, exactly and from the start of the sandbox. */
export class Traffic {
  private readonly counters = new Map<string, { name: string; labels: Record<string, string>; segments: Segment[] }>();
  private readonly gauges = new Map<string, { name: string; labels: Record<string, string>; segments: Segment[] }>();

  private readonly served = new Set<string>();

  /** Says what runs from `nowMs` on. */
  observe(workloads: RunningWorkload[], nowMs: number): void {
    const seen = new Set<string>();
    for (const workload of workloads) {
      const labels = { job: "demo", namespace: workload.namespace, workload: workload.name, service: workload.service };
      // Nobody asks for what never served: an outage before the first pod is none.
      const name = `${workload.namespace}/${workload.name}`;
      if (workload.ready.length > 0) this.served.add(name);
      for (const group of this.served.has(name) ? byHash(workload) : []) {
        const own = group.hash === undefined ? labels : { ...labels, pod_template_hash: group.hash };
        this.load(own, group, requestsPerSecond * group.share, nowMs, seen);
      }
      this.gauge("up", labels, workload.ready.length > 0 ? 1 : 0, nowMs, seen);
      for (const group of byHash(workload)) this.memory(labels, group, nowMs, seen);
    }
    for (const [key, gauge] of this.gauges) {
      if (seen.has(key)) continue;
      append(gauge.segments, Number.NaN, nowMs);
      if (nowMs - (gauge.segments.at(-1)?.from ?? nowMs) > keptAfterEndMs) this.gauges.delete(key);
    }
    for (const [key, counter] of this.counters) {
      if (seen.has(key)) continue;
      append(counter.segments, 0, nowMs);
      // What pods of a template that is gone once counted is of no use to anybody after a while.
      if (nowMs - (counter.segments.at(-1)?.from ?? nowMs) > keptAfterEndMs) this.counters.delete(key);
    }
  }

  private memory(
    labels: Record<string, string>,
    group: Pick<RunningWorkload, "ready"> & { hash: string | undefined },
    nowMs: number,
    seen: Set<string>,
  ): void {
    const slow = mixOf(group).slow;
    const share = usualMemoryShare * (1 - slow) + slowMemoryShare * slow;
    const own = group.hash === undefined ? labels : { ...labels, pod_template_hash: group.hash };
    const used = group.ready.length > 0 ? share * memoryLimitBytes : 0;
    this.gauge("container_memory_working_set_bytes", own, used, nowMs, seen);
    this.gauge("container_spec_memory_limit_bytes", own, memoryLimitBytes, nowMs, seen);
  }

  private load(
    labels: Record<string, string>,
    group: Pick<RunningWorkload, "ready">,
    requests: number,
    nowMs: number,
    seen: Set<string>,
  ): void {
    const mix = mixOf(group);
    for (const [status, share] of Object.entries(mix.statuses)) {
      this.count("http_requests_total", { ...labels, status }, share * requests, nowMs, seen);
    }
    const served = requests * (1 - (mix.statuses["503"] ?? 0));
    for (const [index, le] of [...bucketsSeconds.map(String), "+Inf"].entries()) {
      const share = (usualShares[index] ?? 1) * (1 - mix.slow) + (slowShares[index] ?? 1) * mix.slow;
      this.count("http_request_duration_seconds_bucket", { ...labels, le }, share * served, nowMs, seen);
    }
    const cpuSeconds = usualCpuSeconds * (1 - mix.slow) + slowCpuSeconds * mix.slow;
    this.count("container_cpu_usage_seconds_total", labels, served * cpuSeconds, nowMs, seen);
    this.count("checkouts_total", labels, ordersShare * (mix.statuses["200"] ?? 0) * requests, nowMs, seen);
    this.count("http_request_duration_seconds_count", labels, served, nowMs, seen);
    const seconds = 0.06 * (1 - mix.slow) + 1.6 * mix.slow;
    this.count("http_request_duration_seconds_sum", labels, served * seconds, nowMs, seen);
  }

  series(name: string): Series[] {
    const gauges = [...this.gauges.values()].filter((gauge) => gauge.name === name);
    if (gauges.length > 0) {
      // What is gone has no value: a segment of NaN.
      const valueAt = (segments: Segment[], time: number) => {
        const value = segmentAt(segments, time)?.rate;
        return Number.isNaN(value) ? undefined : value;
      };
      return gauges.map(({ labels, segments }) => ({ name, labels, at: (time) => valueAt(segments, time) }));
    }
    const found = [...this.counters.values()].filter((counter) => counter.name === name);
    return found.map(({ labels, segments }) => ({ name, labels, at: (time) => totalAt(segments, time) }));
  }

  private gauge(name: string, labels: Record<string, string>, value: number, nowMs: number, seen: Set<string>): void {
    const key = `${name} ${JSON.stringify(labels)}`;
    seen.add(key);
    const gauge = this.gauges.get(key) ?? { name, labels, segments: [] };
    this.gauges.set(key, gauge);
    append(gauge.segments, value, nowMs);
  }

  private count(name: string, labels: Record<string, string>, rate: number, nowMs: number, seen: Set<string>): void {
    const key = `${name} ${JSON.stringify(labels)}`;
    seen.add(key);
    const counter = this.counters.get(key) ?? { name, labels, segments: [] };
    this.counters.set(key, counter);
    append(counter.segments, rate, nowMs);
  }
}

/** The pods of one template each, with their part of the workload's load; without any pod all of it is refused. */
function byHash({ ready, share }: RunningWorkload): { hash: string | undefined; ready: ReadyPod[]; share: number }[] {
  const hashes = [...new Set(ready.map(({ hash }) => hash))];
  if (hashes.length === 0) return [{ hash: undefined, ready, share }];
  return hashes.map((hash) => {
    const mine = ready.filter((pod) => pod.hash === hash);
    return { hash, ready: mine, share: (share * mine.length) / ready.length };
  });
}

function mixOf({ ready }: Pick<RunningWorkload, "ready">): { statuses: Record<string, number>; slow: number } {
  if (ready.length === 0) return { statuses: { "200": 0, "500": 0, "503": 1 }, slow: 0 };
  const share = (fault: string) => ready.filter((pod) => pod.fault === fault).length / ready.length;
  const failing = share("errors") + share("unwell");
  const errors = usualErrorShare + failing * (faultyErrorShare - usualErrorShare);
  return { statuses: { "200": 1 - errors, "500": errors, "503": 0 }, slow: share("slow") };
}

function append(segments: Segment[], rate: number, nowMs: number): void {
  const last = segments.at(-1);
  if (last !== undefined && (Object.is(last.rate, rate) || Math.abs(last.rate - rate) < 1e-9)) return;
  segments.push({
    from: nowMs,
    rate,
    total: last === undefined ? 0 : last.total + (last.rate * (nowMs - last.from)) / 1000,
  });
  if (segments.length > keptSegments) segments.shift();
}

function segmentAt(segments: Segment[], timeMs: number): Segment | undefined {
  return segments.findLast((segment) => segment.from <= timeMs);
}

function totalAt(segments: Segment[], timeMs: number): number | undefined {
  const segment = segmentAt(segments, timeMs);
  return segment && segment.total + (segment.rate * (timeMs - segment.from)) / 1000;
}
