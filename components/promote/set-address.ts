interface SetSubject {
  project: string;
  environment: string;
  releases: readonly string[];
}

/** What an address asks to preview together, as it stands there: whoever reads it checks it. */
export function setSubject(params: URLSearchParams): Record<string, unknown> {
  const { project, environment } = { project: params.get("project"), environment: params.get("environment") };
  return { project, environment, releases: params.getAll("release") };
}

/** The part of an address that asks for it. */
export function setQuery({ project, environment, releases }: SetSubject): string {
  return new URLSearchParams([
    ["project", project],
    ["environment", environment],
    ...releases.map((release) => ["release", release]),
  ]).toString();
}
