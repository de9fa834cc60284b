import { randomUUID, sign } from "node:crypto";
import { createServer } from "node:http";
import { listen, type RunningServer } from "@/lib/adapters/oci/testing/http-listen";
import { selfSignedCertificate } from "@/lib/adapters/oci/testing/self-signed-certificate";

export interface TokenServer extends RunningServer {
  realm: string;
  service: string;
  issuer: string;
  certificatePem: string;
  /** Every request that arrived: its scope, and its Authorization header where it had one. */
  requests: { scope: string | null; authorization: string | undefined }[];
  /** A token as the server would issue it, for pushing in a test. */
  issue(scope: string): string;
}

/** What an account may do with every repository. */
type Accounts = Record<string, { password: string; actions: readonly string[] }>;

/**
 * A token server as registries expect it: Basic in, a signed JWT out, with the part of the scope that the account may
 * have; 401 for a wrong password. Nobody signed in gets a token for nothing.
 */
export async function startTokenServer(accounts: Accounts): Promise<TokenServer> {
  const { privateKey, certificateDer, certificatePem } = selfSignedCertificate("waybill test token server");
  const service = "waybill-test-registry";
  const issuer = "waybill-test-tokens";
  const requests: TokenServer["requests"] = [];

  const issue = (subject: string, scopes: string[], allowed: readonly string[]): string => {
    const access = scopes.flatMap((scope) => {
      const [, name, actions = ""] = /^repository:([^:]+):([a-z,]+)$/.exec(scope) ?? [];
      const granted = actions.split(",").filter((action) => allowed.includes(action));
      return name === undefined || granted.length === 0 ? [] : [{ type: "repository", name, actions: granted }];
    });
    const now = Math.floor(Date.now() / 1000);
    const header = { typ: "JWT", alg: "RS256", x5c: [certificateDer.toString("base64")] };
    const claims = {
      iss: issuer,
      sub: subject,
      aud: service,
      exp: now + 300,
      nbf: now - 60,
      iat: now,
      jti: randomUUID(),
      access,
    };
    const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
    return `${signed}.${sign("sha256", Buffer.from(signed), privateKey).toString("base64url")}`;
  };

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://token.invalid");
    requests.push({ scope: url.searchParams.get("scope"), authorization: request.headers.authorization });
    const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    const [user = "", ...rest] = Buffer.from(basic ?? "", "base64")
      .toString("utf8")
      .split(":");
    const account = accounts[user];
    if (basic !== undefined && account?.password !== rest.join(":")) {
      response.writeHead(401, { "content-type": "application/json" });
      response.end(JSON.stringify({ details: "incorrect username or password" }));
      return;
    }
    response.writeHead(200, { "content-type": "application/json" });
    const token = issue(user, url.searchParams.getAll("scope"), account?.actions ?? []);
    response.end(JSON.stringify({ token, expires_in: 300 }));
  });
  const running = await listen(server);
  return {
    ...running,
    realm: `${running.url}/token`,
    service,
    issuer,
    certificatePem,
    requests,
    issue: (scope) => issue("test", [scope], ["pull", "push"]),
  };
}
