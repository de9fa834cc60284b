const units = [
  { bytes: 1_000_000_000, word: "GB" },
  { bytes: 1_000_000, word: "MB" },
  { bytes: 1_000, word: "kB" },
] as const;

/** Bytes in their largest decimal unit, as registries count: `48 MB`, `1.2 GB`, `732 bytes`. */
export function sizeWords(bytes: number): string {
  const unit = units.find((one) => bytes >= one.bytes);
  if (!unit) return `${bytes} bytes`;
  const count = bytes / unit.bytes;
  return `${count >= 10 ? Math.round(count) : count.toFixed(1)} ${unit.word}`;
}
