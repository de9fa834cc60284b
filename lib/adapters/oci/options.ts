import { ExternalError } from "@/lib/ports/external-error";

export interface OciRegistryOptions {
  /** `https://host[:port]`; plain http on loopback only, unless `allowInsecureHttp`. No user name, no path. */
  url: string;
  /** What a person calls it, in messages; the host where it is missing. */
  name?: string;
  username?: string | (() => Promise<string>);
  /** Asked at each use and never kept. Needs `username`, and the other way round. */
  password?: () => Promise<string>;
  /** Where tokens may be fetched beside the registry's own host: `host[:port]`, or a realm's whole URL. */
  allowedRealms?: readonly string[];
  /** `host[:port]` to which the registry may redirect a read (its blob storage). */
  allowedRedirectHosts?: readonly string[];
  allowInsecureHttp?: boolean;
  /** For one exchange with its redirects and its body. Default 10,000. */
  timeoutMs?: number;
  /** Default 4 MiB, the least that the OCI distribution spec asks registries to take. */
  maxManifestBytes?: number;
  maxConfigBytes?: number;
  /** For one page of tags. */
  maxListBytes?: number;
  maxTagPages?: number;
  /** Milliseconds since 1970; for tests. */
  now?: () => number;
}

/** The options, checked and with every default filled in. */
export interface RegistrySettings {
  origin: URL;
  system: string;
  credentials: (() => Promise<{ username: string; password: string }>) | undefined;
  realms: readonly string[];
  redirectHosts: readonly string[];
  timeoutMs: number;
  maxManifestBytes: number;
  maxConfigBytes: number;
  maxListBytes: number;
  maxTagPages: number;
  now: () => number;
}

const mebibyte = 1024 * 1024;

/** Checks the options; throws ExternalError `misconfigured` that names the field and never repeats a secret. */
export function checkOptions(options: OciRegistryOptions): RegistrySettings {
  const origin = checkUrl(options);
  const system = `registry ${options.name ?? origin.host}`;
  return {
    origin,
    system,
    credentials: checkCredentials(options, system),
    realms: options.allowedRealms ?? [],
    redirectHosts: (options.allowedRedirectHosts ?? []).map((host) => host.toLowerCase()),
    timeoutMs: options.timeoutMs ?? 10_000,
    maxManifestBytes: options.maxManifestBytes ?? 4 * mebibyte,
    maxConfigBytes: options.maxConfigBytes ?? 4 * mebibyte,
    maxListBytes: options.maxListBytes ?? 4 * mebibyte,
    maxTagPages: options.maxTagPages ?? 200,
    now: options.now ?? Date.now,
  };
}

function checkUrl(options: OciRegistryOptions): URL {
  const refuse = (why: string) => misconfigured(`registry ${options.name ?? ""}`.trim(), `url: ${why}`);
  if (!URL.canParse(options.url)) throw refuse("it is not a URL; write https://host[:port]");
  const url = new URL(options.url);
  if (url.username !== "" || url.password !== "") {
    throw refuse("it holds a user name or password; give them as references, not in the URL");
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") throw refuse(`${url.protocol} is not https:`);
  if (url.protocol === "http:" && !isLoopback(url.hostname) && options.allowInsecureHttp !== true) {
    throw refuse(`http://${url.host} would send credentials in the clear; write https://, or allow plain http`);
  }
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    throw refuse(`it has a path, which an image reference cannot express; write ${url.origin}`);
  }
  return new URL(url.origin);
}

/** True for localhost, 127.0.0.0/8 and ::1, as WHATWG URLs write them. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function checkCredentials(options: OciRegistryOptions, system: string): RegistrySettings["credentials"] {
  const { username, password } = options;
  if (username === undefined && password === undefined) return undefined;
  if (username === undefined || password === undefined) {
    throw misconfigured(
      system,
      `${username === undefined ? "username" : "password"}: it is missing; give both or none`,
    );
  }
  return async () => {
    const user = typeof username === "string" ? username : await resolved(system, "username", username);
    // RFC 7617 §2: a colon would end the user name and start the password.
    if (user === "" || user.includes(":")) throw misconfigured(system, "username: it is empty or holds a colon");
    const secret = await resolved(system, "password", password);
    if (secret === "") throw misconfigured(system, "password: the reference resolved to nothing");
    return { username: user, password: secret };
  };
}

async function resolved(system: string, field: string, resolve: () => Promise<string>): Promise<string> {
  try {
    return await resolve();
  } catch (error) {
    if (error instanceof ExternalError) throw error;
    // The error of an unknown source may hold what it read: it is not passed on.
    throw misconfigured(system, `${field}: the reference could not be resolved`);
  }
}

function misconfigured(system: string, message: string): ExternalError {
  return new ExternalError({ system, code: "misconfigured", message, retryable: false });
}
