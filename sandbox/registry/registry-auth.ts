import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendJson } from "../http-server";

/** How the registry knows its callers; `anonymous` lets everybody push and pull. */
export type RegistryAuthMode =
  | { kind: "anonymous" }
  | { kind: "basic"; username: string; password: string }
  | { kind: "token"; username: string; password: string };

export interface RegistryAuth {
  /** True where the request may go on; else it has been answered with 401. */
  admit(request: IncomingMessage, response: ServerResponse, wanted: { repository?: string; action: string }): boolean;
  /** GET /token of the token mode. */
  issue(request: IncomingMessage, response: ServerResponse, url: URL): void;
}

const service = "waybill-sandbox";
const tokenSeconds = 300;

/** The three schemes that registries speak: none, Basic, and Bearer tokens from a realm. */
export function createRegistryAuth(mode: RegistryAuthMode): RegistryAuth {
  const key = randomBytes(32);
  const sign = (text: string) => createHmac("sha256", key).update(text).digest("base64url");

  function hasPassword(request: IncomingMessage): boolean {
    if (mode.kind === "anonymous") return true;
    const expected = `Basic ${Buffer.from(`${mode.username}:${mode.password}`).toString("base64")}`;
    return same(request.headers.authorization ?? "", expected);
  }

  function hasToken(request: IncomingMessage, wanted: { repository?: string; action: string }): boolean {
    const [, payload = "", signature = ""] =
      /^Bearer ([\w-]+)\.([\w-]+)$/.exec(request.headers.authorization ?? "") ?? [];
    if (!same(signature, sign(payload))) return false;
    const claim = JSON.parse(Buffer.from(payload, "base64url").toString()) as { scopes: string[]; until: number };
    if (claim.until < Date.now()) return false;
    if (wanted.repository === undefined) return true;
    return claim.scopes.some((scope) => {
      const [, name, actions = ""] = /^repository:(.+):([a-z,*]+)$/.exec(scope) ?? [];
      return (
        name === wanted.repository && actions.split(",").some((action) => action === wanted.action || action === "*")
      );
    });
  }

  function challenge(request: IncomingMessage, wanted: { repository?: string; action: string }): string {
    if (mode.kind === "basic") return 'Basic realm="Registry Realm"';
    const actions = wanted.action === "push" ? "pull,push" : wanted.action;
    const scope = wanted.repository === undefined ? "" : `,scope="repository:${wanted.repository}:${actions}"`;
    return `Bearer realm="http://${request.headers.host ?? "127.0.0.1"}/token",service="${service}"${scope}`;
  }

  return {
    admit(request, response, wanted) {
      if (mode.kind === "token" ? hasToken(request, wanted) : hasPassword(request)) return true;
      const detail =
        wanted.repository === undefined
          ? null
          : [{ Type: "repository", Name: wanted.repository, Action: wanted.action }];
      sendJson(
        response,
        401,
        { errors: [{ code: "UNAUTHORIZED", message: "authentication required", detail }] },
        { "www-authenticate": challenge(request, wanted) },
      );
      return false;
    },
    issue(request, response, url) {
      if (mode.kind !== "token") return sendJson(response, 404, { details: "this registry issues no tokens" });
      if (!hasPassword(request)) {
        const headers = { "www-authenticate": `Basic realm="${service}"` };
        return sendJson(response, 401, { details: "incorrect username or password" }, headers);
      }
      const claim = {
        scopes: url.searchParams.getAll("scope").flatMap((scope) => scope.split(" ")),
        until: Date.now() + tokenSeconds * 1000,
      };
      const payload = Buffer.from(JSON.stringify(claim)).toString("base64url");
      const token = `${payload}.${sign(payload)}`;
      sendJson(response, 200, {
        token,
        access_token: token,
        expires_in: tokenSeconds,
        issued_at: new Date().toISOString(),
      });
    },
  };
}

function same(given: string, expected: string): boolean {
  const left = Buffer.from(given);
  const right = Buffer.from(expected);
  return left.length === right.length && timingSafeEqual(left, right);
}
