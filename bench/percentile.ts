/** The value below which `part` (0 to 1) of the numbers lie, by nearest rank; NaN of none. */
export function percentile(numbers: readonly number[], part: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * part) - 1))] ?? Number.NaN;
}

/** "12.3 ms p50, 20.1 ms p95" */
export function describeMs(numbers: readonly number[]): string {
  return `${percentile(numbers, 0.5).toFixed(1)} ms p50, ${percentile(numbers, 0.95).toFixed(1)} ms p95`;
}
