"use client";

import { parseAsArrayOf, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { matrixChips } from "./overview-filter";

const params = {
  text: parseAsString.withDefault(""),
  show: parseAsStringLiteral(matrixChips.map((chip) => chip.show)).withDefault("all"),
  environments: parseAsArrayOf(parseAsString),
};

/** The filter as it stands in the address; what is typed does not fill the history. */
export function useOverviewParams() {
  return useQueryStates(params, { history: "replace" });
}
