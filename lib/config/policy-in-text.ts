import { type JsonValue, readYaml } from "@/lib/config/yaml-source";
import { valueAt } from "@/lib/config/zod-violations";

type JsonObject = { [key: string]: JsonValue };

/** An item of `gates` in the file's own form. */
export interface GateInText {
  kind: string;
  config: JsonObject;
  shadow: boolean;
  /** The whole item. */
  item: JsonObject;
}

export interface PolicyInText {
  environments: { name: string; requires: JsonObject | null; gates: GateInText[] }[];
  slos: string[];
}

/** The gates of a project as its text has them; undefined where the text holds no such project. It need not be valid. */
export function policyInText(text: string, project: string): PolicyInText | undefined {
  const read = readYaml(text);
  const found = read.ok
    ? read.documents.find(
        ({ value }) => valueAt(value, ["kind"]) === "Project" && valueAt(value, ["metadata", "name"]) === project,
      )
    : undefined;
  if (!found) return undefined;
  const list = (path: string[]) => asList(valueAt(found.value, path));
  return {
    environments: list(["spec", "environments"]).map((one) => ({
      name: String(valueAt(one, ["name"])),
      requires: asObject(valueAt(one, ["requires"])) ?? null,
      gates: asList(valueAt(one, ["gates"])).map(gateIn),
    })),
    slos: list(["spec", "slos"]).map((one) => String(valueAt(one, ["name"]))),
  };
}

function gateIn(value: JsonValue): GateInText {
  const item = asObject(value) ?? {};
  const kind = Object.keys(item).find((key) => key !== "shadow") ?? "";
  return { kind, config: asObject(item[kind]) ?? {}, shadow: item.shadow === true, item };
}

// What is read of a text is plain data, of which valueAt says no more.
function asList(value: unknown): JsonValue[] {
  return Array.isArray(value) ? (value as JsonValue[]) : [];
}

function asObject(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}
