const thousands = new Intl.NumberFormat("fr-FR");

/** A number with its thousands apart, and never broken over two lines: `48 213`. */
export function countWords(count: number): string {
  return thousands.format(count).replaceAll("\u202f", "\u00a0");
}
