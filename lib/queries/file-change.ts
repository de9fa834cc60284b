type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** One difference that a version brought, in the file's own words. */
export interface FileChange {
  path: string;
  kind: "added" | "removed" | "changed" | "reordered";
  before?: JsonValue;
  after?: JsonValue;
}
