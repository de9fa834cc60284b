/** One change of plain data: where, and what stands there after it. An empty path is all of it. */
export type Change = [path: (string | number)[], value: unknown];

/**
 * What makes `after` of `before`, as small as its parts are alike: values that differ, and whole objects or lists where
 * their keys or lengths do. Both hold JSON.
 */
export function changesBetween(before: unknown, after: unknown, path: Change[0] = []): Change[] {
  if (before === after) return [];
  const keys = sharedKeys(before, after);
  if (keys === undefined) return [[path, after]];
  const [one, other] = [before as Parts, after as Parts];
  return keys.flatMap((key) =>
    changesBetween(one[key], other[key], [...path, Array.isArray(after) ? Number(key) : key]),
  );
}

/** `value` with the changes made one after the other; nothing of it is written to. */
export function withChanges(value: unknown, changes: readonly Change[]): unknown {
  return changes.reduce((known, [path, part]) => put(known, path, part), value);
}

type Parts = Record<string, unknown>;

/** The keys of two objects that have the same ones, or of two lists of one length; undefined for anything else. */
function sharedKeys(one: unknown, other: unknown): string[] | undefined {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return undefined;
  if (Array.isArray(one) !== Array.isArray(other)) return undefined;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => Object.hasOwn(other, key)) ? keys : undefined;
}

function put(value: unknown, [key, ...rest]: readonly (string | number)[], part: unknown): unknown {
  if (key === undefined) return part;
  if (Array.isArray(value)) return value.map((one, index) => (index === key ? put(one, rest, part) : one));
  const parts = (value ?? {}) as Parts;
  return { ...parts, [key]: put(parts[key], rest, part) };
}
