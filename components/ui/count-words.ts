const thousands = new Intl.NumberFormat("fr-FR");

/** A number with its thousands apart by narrow spaces: `48 213`. */
export function countWords(count: number): string {
  return thousands.format(count);
}
