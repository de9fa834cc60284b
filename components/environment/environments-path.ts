/** The address of the list of environments; without names where every project is in sight. */
export function environmentsPath(all: readonly string[], inSight: readonly string[]): string {
  return inSight.length === all.length
    ? "/api/view/environments"
    : `/api/view/environments?projects=${inSight.join(",")}`;
}
