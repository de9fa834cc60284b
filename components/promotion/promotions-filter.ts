import { createParser, parseAsStringLiteral } from "nuqs/server";

/** The groups of phases that the list can be limited to, in the order of their chips. */
export const phaseChips = [
  { value: "open", label: "Not ended" },
  { value: "waiting", label: "Waiting" },
  { value: "inFlight", label: "In flight" },
  { value: "needsPerson", label: "Stuck" },
  { value: "succeeded", label: "Succeeded" },
  { value: "wentWrong", label: "Went wrong" },
  { value: "stopped", label: "Stopped" },
] as const;

const phases = phaseChips.map((chip) => chip.value);

/** A text of this form; what is not one counts as left out, as a wrong phase does. */
function parseAsForm(form: RegExp) {
  return createParser<string>({ parse: (text) => (form.test(text) ? text : null), serialize: (text) => text });
}

const name = parseAsForm(/^[^\s]{1,63}$/);

/** The filter as it stands in the address. */
export const promotionsParams = {
  project: name,
  environment: name,
  service: name,
  phase: parseAsStringLiteral(phases),
  /** Where the page before ended: a moment and a promotion. */
  after: parseAsForm(/^\d{4}-(0\d|1[0-2])-([012]\d|3[01])T[0-5]\d:[0-5]\d:[0-5]\d\.\d{3}Z,[A-Za-z0-9-]{3,100}$/),
};

export interface PromotionsParams {
  project: string | null;
  environment: string | null;
  service: string | null;
  phase: (typeof phases)[number] | null;
  after: string | null;
}

/** The address of the view that a filter asks for; without a project of its own, over the projects in sight. */
export function promotionsPath(params: PromotionsParams, inSight: readonly string[]): string {
  const query = new URLSearchParams();
  for (const project of params.project ? [params.project] : inSight) query.append("project", project);
  for (const key of ["environment", "service", "phase", "after"] as const) {
    const value = params[key];
    if (value) query.set(key, value);
  }
  return `/api/view/promotions?${query}`;
}
