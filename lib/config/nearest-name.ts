/** The candidate that `text` was most likely meant to be, or undefined where none is close. Case does not count. */
export function nearestName(text: string, candidates: readonly string[]): string | undefined {
  let nearest: string | undefined;
  // A third of the letters may be wrong, and two exchanged ones count as two; beyond that the words differ.
  let closest = Math.max(text.length < 4 ? 1 : 2, Math.floor(text.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(text.slice(0, 64).toLowerCase(), candidate.toLowerCase());
    if (distance < closest) [closest, nearest] = [distance, candidate];
  }
  return nearest;
}

/** Insertions, deletions and replacements that turn one text into the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
