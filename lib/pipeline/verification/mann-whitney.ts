/** What the test found. `probability` is P(U ≥ u) where both samples come from the same source. */
export interface MannWhitney {
  /** Pairs in which the first sample's number is greater; a tie counts half. */
  u: number;
  /** How likely the first sample would be so much greater by chance alone. */
  probability: number;
  /** Common language effect size: how often a number of the first sample is greater than one of the second, 0 to 1. */
  superiority: number;
}

/** Up to this many pairs, and without ties, the distribution is counted out; beyond, the normal one is near enough. */
const exactPairsMax = 2_500;

/**
 * The one-sided Mann-Whitney U test (Mann and Whitney 1947): is `first` greater than `second`? Exact without ties for
 * small samples, else the normal approximation with corrections for ties and continuity. Both must hold numbers.
 */
export function mannWhitney(first: readonly number[], second: readonly number[]): MannWhitney {
  const pairs = first.length * second.length;
  const { ranks, ties } = rank([...first, ...second]);
  const rankSum = ranks.slice(0, first.length).reduce((sum, one) => sum + one, 0);
  const u = rankSum - (first.length * (first.length + 1)) / 2;
  const exact = ties === 0 && pairs <= exactPairsMax;
  const probability = exact
    ? exactUpperTail(u, first.length, second.length)
    : normalUpperTail(u, first.length, second.length, ties);
  return { u, probability, superiority: u / pairs };
}

/** The least probability that samples of these sizes can have: every number of the first above every one of the second. */
export function leastProbability(m: number, n: number): number {
  // 1 / (m + n choose m), factor by factor.
  return Array.from({ length: m }, (_, index) => (index + 1) / (n + index + 1)).reduce((all, one) => all * one, 1);
}

/** Ranks from 1, the mean rank for equal numbers, and the sum of t³ − t over groups of equal ones. */
function rank(values: number[]): { ranks: number[]; ties: number } {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = new Array<number>(values.length).fill(0);
  let ties = 0;
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) end += 1;
    for (const index of order.slice(start, end)) ranks[index] = (start + 1 + end) / 2;
    ties += (end - start) ** 3 - (end - start);
    start = end;
  }
  return { ranks, ties };
}

/** P(U ≥ u): counts the arrangements for each u, adding one number after the other. */
function exactUpperTail(u: number, m: number, n: number): number {
  // counts[j][v]: ways to choose j of the numbers seen so far with the statistic v.
  const counts = Array.from({ length: m + 1 }, () => new Float64Array(m * n + 1));
  const [none] = counts;
  if (none) none[0] = 1;
  for (let seen = 1; seen <= m + n; seen += 1) {
    for (let chosen = Math.min(seen, m); chosen >= 1; chosen -= 1) {
      const smaller = seen - chosen;
      const [into, from] = [counts[chosen], counts[chosen - 1]];
      if (!into || !from || smaller > n) continue;
      for (let value = m * n; value >= smaller; value -= 1)
        into[value] = (into[value] ?? 0) + (from[value - smaller] ?? 0);
    }
  }
  const ways = counts[m] ?? new Float64Array();
  const total = ways.reduce((sum, one) => sum + one, 0);
  return ways.reduce((sum, one, value) => (value >= u ? sum + one : sum), 0) / total;
}

function normalUpperTail(u: number, m: number, n: number, ties: number): number {
  const size = m + n;
  const variance = ((m * n) / 12) * (size + 1 - ties / (size * (size - 1)));
  // All numbers are equal: nothing is greater than anything.
  if (variance <= 0) return 1;
  return upperTail((u - (m * n) / 2 - 0.5) / Math.sqrt(variance));
}

/** 1 − Φ(z), by the complementary error function of Numerical Recipes (relative error below 1.2e-7 everywhere). */
function upperTail(z: number): number {
  const x = z / Math.SQRT2;
  const t = 1 / (1 + Math.abs(x) / 2);
  const coefficients = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  const polynomial = coefficients.reduceRight((sum, one) => sum * t + one, 0);
  const erfc = t * Math.exp(-x * x + polynomial);
  return x >= 0 ? erfc / 2 : 1 - erfc / 2;
}
