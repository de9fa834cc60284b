/**
 * Pods of the canary that come nearest to `weight` percent of the requests beside `stable` pods, where every pod gets
 * the same share: at least one, for a weight from 1 to 99.
 */
export function podsForWeight(stable: number, weight: number): number {
  return Math.max(1, Math.round((stable * weight) / (100 - weight)));
}

/** The share that `canary` of `stable + canary` pods gives, in percent; 0 where there is no pod at all. */
export function shareOfPods(stable: number, canary: number): number {
  const all = stable + canary;
  return all === 0 ? 0 : (canary * 100) / all;
}

/** Pods that carry `weight` percent of what `stable` pods carry, rounded up: never less capacity than the traffic. */
export function podsToCarry(stable: number, weight: number): number {
  return Math.max(1, Math.ceil((stable * weight) / 100));
}

/** `1 of 11 pods, 9 %`. */
export function shareWords(stable: number, canary: number): string {
  const all = stable + canary;
  return `${canary} of ${all} ${all === 1 ? "pod" : "pods"}, ${percentWords(shareOfPods(stable, canary))}`;
}

/** `9 %`, `12.5 %`: at most one digit after the point. */
export function percentWords(percent: number): string {
  return `${Math.round(percent * 10) / 10} %`;
}
