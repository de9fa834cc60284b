import type { RunningWorkload } from "../cluster/running-workloads";

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
const keptSegments = 500;

/** From `from` on, each rate holds until the next segment; `total` is what had been counted by then. */
interface Segment {
  from: number;
  rate: number;
  total: number;
}

/** Counters of the demo services' requests: rates follow what runs and its faults, exactly and from the start of the sandbox. */
export class Traffic {
  private readonly counters = new Map<string, { name: string; labels: Record<string, string>; segments: Segment[] }>();
  private readonly gauges = new Map<string, { labels: Record<string, string>; segments: Segment[] }>();

  /** Says what runs from `nowMs` on. */
  observe(workloads: RunningWorkload[], nowMs: number): void {
    const seen = new Set<string>();
    for (const workload of workloads) {
      const labels = { job: "demo", namespace: workload.namespace, workload: workload.name, service: workload.service };
      const mix = mixOf(workload);
      for (const [status, share] of Object.entries(mix.statuses)) {
        this.count("http_requests_total", { ...labels, status }, share * requestsPerSecond, nowMs, seen);
      }
      const served = requestsPerSecond * (1 - (mix.statuses["503"] ?? 0));
      for (const [index, le] of [...bucketsSeconds.map(String), "+Inf"].entries()) {
        const share = (usualShares[index] ?? 1) * (1 - mix.slow) + (slowShares[index] ?? 1) * mix.slow;
        this.count("http_request_duration_seconds_bucket", { ...labels, le }, share * served, nowMs, seen);
      }
      this.count("http_request_duration_seconds_count", labels, served, nowMs, seen);
      this.count(
        "http_request_duration_seconds_sum",
        labels,
        served * (0.06 * (1 - mix.slow) + 1.6 * mix.slow),
        nowMs,
        seen,
      );
      const key = `${workload.namespace}/${workload.name}`;
      const gauge = this.gauges.get(key) ?? { labels, segments: [] };
      this.gauges.set(key, gauge);
      append(gauge.segments, workload.ready.length > 0 ? 1 : 0, nowMs);
    }
    for (const [key, counter] of this.counters) if (!seen.has(key)) append(counter.segments, 0, nowMs);
  }

  series(name: string): Series[] {
    if (name === "up") {
      return [...this.gauges.values()].map(({ labels, segments }) => ({
        name,
        labels,
        at: (time) => segmentAt(segments, time)?.rate,
      }));
    }
    const found = [...this.counters.values()].filter((counter) => counter.name === name);
    return found.map(({ labels, segments }) => ({ name, labels, at: (time) => totalAt(segments, time) }));
  }

  private count(name: string, labels: Record<string, string>, rate: number, nowMs: number, seen: Set<string>): void {
    const key = `${name} ${Object.values(labels).join(" ")}`;
    seen.add(key);
    const counter = this.counters.get(key) ?? { name, labels, segments: [] };
    this.counters.set(key, counter);
    append(counter.segments, rate, nowMs);
  }
}

function mixOf({ ready }: RunningWorkload): { statuses: Record<string, number>; slow: number } {
  if (ready.length === 0) return { statuses: { "200": 0, "500": 0, "503": 1 }, slow: 0 };
  const share = (fault: string) => ready.filter((pod) => pod.fault === fault).length / ready.length;
  const errors = usualErrorShare + share("errors") * (faultyErrorShare - usualErrorShare);
  return { statuses: { "200": 1 - errors, "500": errors, "503": 0 }, slow: share("slow") };
}

function append(segments: Segment[], rate: number, nowMs: number): void {
  const last = segments.at(-1);
  if (last !== undefined && Math.abs(last.rate - rate) < 1e-9) return;
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
