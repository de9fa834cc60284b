import { parseJsonPath } from "@/lib/pipeline/policy/verification";

/** What stands at `$.checks[0].status` of a JSON text; undefined where nothing does, or where it is no JSON. */
export function valueAt(body: string, path: string): unknown {
  const steps = parseJsonPath(path);
  if (steps === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  for (const key of steps) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}
