/** One challenge of a WWW-Authenticate header: `scheme` in lower case, parameter names too. */
export interface Challenge {
  scheme: string;
  parameters: Record<string, string>;
}

const headerCharactersMax = 8192;
const word = /[\w!#$%&'*+.^`|~-]+/y;
const separator = /[\s,]+/y;
const equals = /\s*=\s*/y;
const quoted = /"((?:[^"\\]|\\.)*)"/y;
const bare = /[^\s,"]+/y;

/**
 * The challenges in a WWW-Authenticate header (RFC 9110 §11.6.1), several of them in one line or in several lines that
 * were joined. Answers with what could be read before the first thing that is malformed; an oversize header is none.
 */
export function parseChallenges(header: string | null): Challenge[] {
  const challenges: Challenge[] = [];
  if (header === null || header.length > headerCharactersMax) return challenges;
  let at = 0;
  const take = (form: RegExp): RegExpExecArray | null => {
    form.lastIndex = at;
    const match = form.exec(header);
    if (match !== null) at = form.lastIndex;
    return match;
  };

  while (at < header.length) {
    take(separator);
    const name = take(word)?.[0];
    if (name === undefined) break;
    if (take(equals) === null) {
      challenges.push({ scheme: name.toLowerCase(), parameters: {} });
      continue;
    }
    const current = challenges.at(-1);
    const value = take(quoted)?.[1]?.replace(/\\(.)/g, "$1") ?? take(bare)?.[0];
    if (current === undefined || value === undefined) break;
    current.parameters[name.toLowerCase()] ??= value;
  }
  return challenges;
}
