import type { PreviewSubject } from "@/lib/queries/promote-preview";

/** What an address asks to preview, as it stands there: whoever reads it checks it. */
export function previewSubject(params: URLSearchParams): Record<string, unknown> {
  const { project, environment } = { project: params.get("project"), environment: params.get("environment") };
  const severity = params.get("severity");
  const said = severity === null ? {} : { severity };
  if (params.get("kind") === "rollback") {
    const services = (params.get("services") ?? "").split(",").filter((service) => service !== "");
    return { kind: "rollback", project, environment, services, ...said };
  }
  const at = params.get("notBefore");
  return {
    kind: "promote",
    project,
    environment,
    release: params.get("release"),
    ...(at ? { notBefore: at } : {}),
    ...said,
  };
}

/** The part of an address that asks for it. */
export function previewQuery(subject: PreviewSubject): string {
  const { kind, project, environment, severity } = subject;
  const said: Record<string, string> = severity === undefined ? {} : { severity };
  return new URLSearchParams(
    subject.kind === "promote"
      ? {
          ...{ project, environment, release: subject.release },
          ...(subject.notBefore ? { notBefore: subject.notBefore } : {}),
          ...said,
        }
      : { kind, project, environment, services: subject.services.join(","), ...said },
  ).toString();
}
