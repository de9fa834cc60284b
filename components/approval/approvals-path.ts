/** The address of the inbox over some projects. */
export function approvalsPath(projects: readonly string[]): string {
  return `/api/view/approvals?${new URLSearchParams(projects.map((project) => ["project", project]))}`;
}
