const ascii = /^[\x21-\x7e]+$/;

/**
 * Whether two e-mail addresses are the same but for the case of ASCII letters. Others are never folded: "ﬁ", "ı" and the
 * Kelvin sign become ASCII letters in some foldings, and would make one person another.
 */
export function sameAddress(one: string, other: string): boolean {
  if (!ascii.test(one) || !ascii.test(other)) return false;
  return one.toLowerCase() === other.toLowerCase();
}
