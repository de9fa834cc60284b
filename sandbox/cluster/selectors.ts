import { isObject, type KubeObject, type Resource } from "./objects";
import { badRequest } from "./status-error";

export type Selector = (object: KubeObject) => boolean;

const term = /^\s*(?:(!)\s*([\w./-]+)|([\w./-]+)\s*(?:(==|=|!=)\s*([\w.-]*)|(in|notin)\s*\(([^)]*)\))?)\s*$/;

/** Label selectors of both forms: `a=b,c!=d` and `a in (b, c),d notin (e),f,!g`. */
export function labelSelector(text: string): Selector {
  const terms = (text === "" ? [] : text.split(/,(?![^(]*\))/)).map((part) => {
    const match = term.exec(part);
    if (match === null) throw badRequest(`unable to parse requirement: found '${part.trim()}'`);
    const [, absent, absentKey, key = absentKey ?? "", equal, value = "", set, values = ""] = match;
    const listed = values.split(",").map((one) => one.trim());
    return (labels: Record<string, string>): boolean => {
      const actual = labels[key];
      if (absent) return actual === undefined;
      if (equal === "!=") return actual !== value;
      if (equal) return actual === value;
      if (set === "in") return actual !== undefined && listed.includes(actual);
      if (set === "notin") return actual === undefined || !listed.includes(actual);
      return actual !== undefined;
    };
  });
  return (object) => terms.every((matches) => matches(object.metadata.labels ?? {}));
}

/** Field selectors over the few fields that the kind allows; another field is a 400, as on a real server. */
export function fieldSelector(text: string, resource: Resource): Selector {
  const allowed = ["metadata.name", "metadata.namespace", ...resource.fields];
  const terms = (text === "" ? [] : text.split(",")).map((part) => {
    const [, path = "", operator, value] = /^([\w.]+)(!=|==?)(.*)$/.exec(part) ?? [];
    if (!allowed.includes(path)) {
      const known = allowed.map((one) => `"${one}"`).join(", ");
      throw badRequest(`"${path || part}" is not a known field selector: only ${known}`);
    }
    return { keys: path.split("."), wanted: value, negated: operator === "!=" };
  });
  return (object) => terms.every(({ keys, wanted, negated }) => (read(object, keys) === wanted) !== negated);
}

function read(object: unknown, keys: string[]): string {
  let value = object;
  for (const key of keys) value = isObject(value) ? value[key] : undefined;
  return value === undefined || value === null ? "" : String(value);
}
