import { stringify } from "yaml";
import type { JsonValue } from "@/lib/config/yaml-source";

/** Documents as a project file that reads back to the same data. Comments are not part of the data. */
export function printDocuments(documents: readonly { source: JsonValue }[]): string {
  // Anchors for what occurs twice would be shorter and harder to read.
  const options = { lineWidth: 110, aliasDuplicateObjects: false };
  return documents.map(({ source }) => stringify(source, options)).join("---\n");
}
