// Format characters that reorder or hide what stands around them: Unicode TR 36, section 2.2, and zero-width ones.
const hidden = /[\p{Cc}\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]+/gu;

/**
 * Somebody else's words on one line: without control characters and those that reorder or hide text, cut off after
 * `charactersMax`. What a medium gives a meaning to is escaped where it is sent.
 */
export function plainText(text: string, charactersMax = 300): string {
  const line = text.replace(hidden, " ").replace(/\s+/g, " ").trim();
  const characters = Array.from(line);
  return characters.length <= charactersMax ? line : `${characters.slice(0, charactersMax - 1).join("")}…`;
}
