/**
 * The bars of a digest's mark, one for every two bits of the eight digits that are printed beside it: equal marks,
 * equal digits. For the eye only, never for comparison.
 */
export type Bar = "short" | "up" | "down" | "full";

const bars: readonly Bar[] = ["short", "up", "down", "full"];

/** The eight digits that are printed: the first four and the last four of the hash. */
export function printedDigits(digest: string): string {
  const hex = hexOf(digest);
  return hex.length <= 8 ? hex : hex.slice(0, 4) + hex.slice(-4);
}

/** `e83a…07f6`, as it is printed; a text of eight digits or fewer stays whole. */
export function printedDigest(digest: string): string {
  const hex = hexOf(digest);
  return hex.length <= 8 ? hex : `${hex.slice(0, 4)}…${hex.slice(-4)}`;
}

/** Two bars a digit, in the order of the printed digits; a character that is no hex digit gives none. */
export function markOf(digest: string): Bar[] {
  return [...printedDigits(digest)].flatMap((digit) => {
    const value = Number.parseInt(digit, 16);
    return Number.isNaN(value) ? [] : [barAt(value >> 2), barAt(value & 3)];
  });
}

const reach: Record<Bar, string> = { short: "4V8", up: "0V8", down: "4V12", full: "0V12" };

/** The mark as the path of an SVG, 3 wide a bar and 12 high. */
export function markPath(digest: string): string {
  return markOf(digest)
    .map((bar, index) => `M${index * 3 + 0.75} ${reach[bar]}`)
    .join("");
}

function barAt(bits: number): Bar {
  return bars[bits] ?? "short";
}

function hexOf(digest: string): string {
  return digest.replace(/^sha256:/, "");
}
