/** Joins the class names that are set: `classNames("box", flush && "box--flush")`. */
export function classNames(...names: (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(" ");
}
