/** A database problem a person can act on: one line that says what is wrong and what to do. Never holds a password. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
}

/** `postgresql://user@host:port/name`, without password or options: fit to be shown. Never throws. */
export function describeDatabaseUrl(url: string): string {
  try {
    const { protocol, username, hostname, port, pathname, searchParams } = new URL(url);
    const host = hostname || searchParams.get("host") || "localhost";
    const user = username || searchParams.get("user");
    return `${protocol}//${user ? `${user}@` : ""}${host}${port ? `:${port}` : ""}${pathname}`;
  } catch {
    return "(not an address)";
  }
}

/** The same database reached as another user; works for socket addresses too, which have no host to carry a user. */
export function withUser(url: string, user: string, password: string): string {
  const changed = new URL(url);
  if (changed.hostname === "") {
    changed.searchParams.set("user", user);
    changed.searchParams.set("password", password);
  } else {
    changed.username = encodeURIComponent(user);
    changed.password = encodeURIComponent(password);
    changed.searchParams.delete("user");
    changed.searchParams.delete("password");
  }
  return changed.href;
}

/** The same server and user, another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(database)}`;
  return changed.href;
}

const NETWORK_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "EPIPE",
]);

/** Says what to do about a failed connection; `url` is named without its password. */
export function explainConnectionFailure(url: string, cause: unknown): DatabaseError {
  const where = describeDatabaseUrl(url);
  const code = errorCode(cause);
  const said = firstMessage(cause);
  if (code === "28P01" || code === "28000") {
    return new DatabaseError(`The database ${where} refuses the user: ${said}. Correct the user or password.`);
  }
  if (code === "3D000") {
    return new DatabaseError(`The database ${where} does not exist. Create it, or correct the name in the address.`);
  }
  if (code === "53300") return new DatabaseError(`The database ${where} has no connection left: ${said}.`);
  if ((code !== undefined && NETWORK_CODES.has(code)) || /timeout|terminated/i.test(said)) {
    return new DatabaseError(`The database ${where} does not answer (${said}). Start it, or correct the address.`);
  }
  return new DatabaseError(`The database ${where} cannot be used: ${said}.`);
}

/** The code Postgres (`28P01`) or the network (`ECONNREFUSED`) gave; undefined where there was none. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  if (error instanceof AggregateError) return errorCode(error.errors[0]);
  return undefined;
}

/** The first thing an error said; a failed connection to a name with two addresses arrives as an AggregateError. */
export function firstMessage(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return firstMessage(error.errors[0]);
  if (error instanceof Error) return error.message || error.name;
  return String(error);
}
