import { type Answer, failure, statusFailure } from "@/lib/adapters/oci/failure";
import type { RegistrySettings } from "@/lib/adapters/oci/options";
import { createAuthorizer, type Scope } from "@/lib/adapters/oci/token";
import { createTransport } from "@/lib/adapters/oci/transport";
import { secretsIn } from "@/lib/net/redact-secrets";
import { isDigest } from "@/lib/pipeline/release/digest";
import { isRepository, isTag, repositoryRule, tagRule } from "@/lib/pipeline/release/reference";
import type { ImageReference } from "@/lib/ports/artifact-registry";

export interface RegistryRequest {
  method: "GET" | "HEAD" | "PUT";
  /** Path and query below the registry's own origin. */
  path: string;
  what: string;
  scope: Scope;
  headers?: Record<string, string>;
  body?: Uint8Array;
  maxBytes: number;
  /** Statuses beside 2xx that are an answer and not an error. */
  alsoAccept?: readonly number[];
  signal?: AbortSignal | undefined;
}

/** The registry's own API with authentication: every answer is a success, or one of `alsoAccept`, or is thrown. */
export interface RegistryClient {
  settings: RegistrySettings;
  call(request: RegistryRequest): Promise<Answer>;
}

/** A client that authenticates as the registry asks, and only towards the registry's own origin. */
export function createRegistryClient(settings: RegistrySettings): RegistryClient {
  const send = createTransport(settings);
  const authorizer = createAuthorizer(settings, send);
  return {
    settings,
    async call(request) {
      const { scope, signal } = request;
      const exchange = async (authorization: string | undefined) =>
        await send({
          ...request,
          url: ownUrl(settings, request.path),
          authorization,
          followRedirects: request.method !== "PUT",
        });

      let authorization = await authorizer.current(scope, signal);
      let answer = await exchange(authorization);
      if (answer.status === 401 && answer.url.origin === settings.origin.origin) {
        const header = answer.headers.get("www-authenticate");
        const next = await authorizer.afterChallenge(header, authorization, scope, signal);
        if (next !== undefined) {
          authorization = next;
          answer = await exchange(authorization);
        }
      }
      const accepted = answer.status >= 200 && answer.status < 300;
      if (accepted || request.alsoAccept?.includes(answer.status)) return answer;
      throw statusFailure(settings.system, request.what, answer, secretsIn(authorization), settings.now());
    },
  };
}

/** Credentials go to this URL, so it is checked once more that no path led off the registry's origin. */
function ownUrl(settings: RegistrySettings, path: string): URL {
  const url = new URL(path, settings.origin);
  if (url.origin === settings.origin.origin) return url;
  throw failure(settings.system, { code: "refusedAddress", message: `a path led to ${url.host}` });
}

/** `/v2/<repository>`; ExternalError `invalid` for a name outside the OCI grammar, before anything is sent. */
export function repositoryPath(settings: RegistrySettings, repository: string): string {
  if (isRepository(repository)) return `/v2/${repository}`;
  const shown = JSON.stringify(String(repository).slice(0, 100));
  throw failure(settings.system, { code: "invalid", message: `repository ${shown} is refused; ${repositoryRule}` });
}

/** The tag or the digest of a reference, checked the same way. */
export function referenceText(settings: RegistrySettings, reference: ImageReference): string {
  if ("digest" in reference) {
    if (isDigest(reference.digest)) return reference.digest;
    throw failure(settings.system, {
      code: "invalid",
      message: `digest ${JSON.stringify(String(reference.digest).slice(0, 100))} is refused; allowed is sha256: and 64 lower-case hex digits`,
    });
  }
  if (isTag(reference.tag)) return reference.tag;
  const shown = JSON.stringify(String(reference.tag).slice(0, 150));
  throw failure(settings.system, { code: "invalid", message: `tag ${shown} is refused; ${tagRule}` });
}
