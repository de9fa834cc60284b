import { qualified, type Resource } from "./objects";

interface Cause {
  reason: string;
  message: string;
  field: string;
}

/** A failure that the API answers as a metav1.Status, with the words and reasons of kube-apiserver 1.20. */
export class StatusError extends Error {
  constructor(
    readonly code: number,
    readonly reason: string | undefined,
    message: string,
    readonly details?: { name?: string; group?: string; kind?: string; causes?: Cause[] },
  ) {
    super(message);
  }

  toJSON() {
    const { code, reason, message, details } = this;
    return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, details, code };
  }
}

function about(resource: Resource, name?: string) {
  return { name, group: resource.group || undefined, kind: resource.plural };
}

export const notFound = (resource: Resource, name: string) =>
  new StatusError(404, "NotFound", `${qualified(resource)} "${name}" not found`, about(resource, name));

export const alreadyExists = (resource: Resource, name: string) =>
  new StatusError(409, "AlreadyExists", `${qualified(resource)} "${name}" already exists`, about(resource, name));

export const conflict = (resource: Resource, name: string) =>
  new StatusError(
    409,
    "Conflict",
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
    about(resource, name),
  );

export const badRequest = (message: string) => new StatusError(400, "BadRequest", message);

export const noSuchPath = () =>
  new StatusError(404, "NotFound", "the server could not find the requested resource", {});

export const methodNotAllowed = () =>
  new StatusError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});

/** A custom resource takes no strategic merge patch: nobody knows the merge keys of its lists. */
export const unknownFormat = () => {
  const accepted = "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted}`;
  return new StatusError(415, "UnsupportedMediaType", message, {});
};

export const unauthorized = () => new StatusError(401, "Unauthorized", "Unauthorized");

export function forbidden(
  user: string,
  verb: string,
  resource: Resource,
  namespace?: string,
  name?: string,
): StatusError {
  const subject = name === undefined ? qualified(resource) : `${qualified(resource)} "${name}"`;
  const scope = namespace === undefined ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const message = `${subject} is forbidden: User "${user}" cannot ${verb} resource "${resource.plural}" in API group "${resource.group}" ${scope}`;
  return new StatusError(403, "Forbidden", message, about(resource, name));
}

/** What a watch is told whose resourceVersion is older than the history that is kept. */
export const expired = (asked: number, oldest: number) =>
  new StatusError(410, "Expired", `too old resource version: ${asked} (${oldest})`);

export function invalid(resource: Resource, name: string, causes: Cause[]): StatusError {
  const parts = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const text = parts.length === 1 ? parts[0] : `[${parts.join(", ")}]`;
  const kind = resource.kind;
  const subject = resource.group === "" ? kind : `${kind}.${resource.group}`;
  const details = { name, group: resource.group || undefined, kind, causes };
  return new StatusError(422, "Invalid", `${subject} "${name}" is invalid: ${text}`, details);
}

export const rejectedPatch = () =>
  new StatusError(422, "Invalid", "the server rejected our request due to an error in our request", {});
