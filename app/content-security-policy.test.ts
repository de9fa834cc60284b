import { readFileSync } from "node:fs";
import { NextRequest } from "next/server";
import { afterEach, describe, expect, it, vi } from "vitest";
import { contentSecurityPolicy } from "@/app/content-security-policy";
import { config, proxy } from "@/proxy";

afterEach(() => vi.unstubAllEnvs());

const page = (path = "/history?project=veza", headers: Record<string, string> = {}) =>
  proxy(new NextRequest(`http://127.0.0.1:3000${path}`, { headers }));
const nonceOf = (policy: string | null) => /'nonce-([A-Za-z0-9+/=]+)'/.exec(policy ?? "")?.[1];

describe("the policy of a page", () => {
  const policy = contentSecurityPolicy({ nonce: "bm9uY2U=", dev: false, secure: true });

  it("permits scripts by nonce alone, and no frame, no other origin", () => {
    const directives = new Map(policy.split("; ").map((one) => [one.split(" ")[0], one.split(" ").slice(1)]));
    expect(directives.get("script-src")).toEqual(["'self'", "'nonce-bm9uY2U='", "'strict-dynamic'"]);
    expect(directives.get("script-src-attr")).toEqual(["'none'"]);
    for (const name of ["frame-ancestors", "object-src", "base-uri", "frame-src"])
      expect(directives.get(name), name).toEqual(["'none'"]);
    for (const name of ["default-src", "connect-src", "form-action", "font-src"])
      expect(directives.get(name), name).toEqual(["'self'"]);
    expect(policy).not.toMatch(/\*|https?:|unsafe-eval/);
  });

  it("is another one each time, and a nonce that a browser sends is not taken", () => {
    const sent = { "x-nonce": "known", "content-security-policy": "script-src 'nonce-known'" };
    const nonces = [page("/", sent), page("/", sent)].map(({ headers }) =>
      nonceOf(headers.get("content-security-policy")),
    );
    expect(new Set([...nonces, "known"]).size).toBe(3);
    for (const nonce of nonces) expect(Buffer.from(nonce ?? "", "base64")).toHaveLength(16);
  });

  it("tells the pages behind it the same nonce and where they are", () => {
    const { headers } = page();
    const passed = (name: string) => headers.get(`x-middleware-request-${name}`);
    expect(passed("x-nonce")).toBe(nonceOf(headers.get("content-security-policy")));
    expect(passed("content-security-policy")).toBe(headers.get("content-security-policy"));
    expect(passed("x-waybill-path")).toBe("/history?project=veza");
  });
});

describe("strict transport security", () => {
  it.each([
    ["https://waybill.example.com", "max-age=63072000"],
    ["http://127.0.0.1:3000", null],
    [undefined, null],
  ])("where the public address is %s: %s", (publicUrl, header) => {
    vi.stubEnv("NEXTAUTH_URL", publicUrl);
    const { headers } = page();
    expect(headers.get("strict-transport-security")).toBe(header);
    expect(headers.get("content-security-policy")?.includes("upgrade-insecure-requests")).toBe(header !== null);
  });
});

describe("the proxy", () => {
  it("decides nothing: it knows no session, no role, no way elsewhere", () => {
    const text = readFileSync("proxy.ts", "utf8");
    expect(text.match(/from "([^"]+)"/g)).toEqual(['from "next/server"', 'from "@/app/content-security-policy"']);
    expect(text).not.toMatch(/redirect|rewrite|cookies|authorization|new Response/i);
  });

  it.each([
    ["/", true],
    ["/sign-in", true],
    ["/promotions/veza-1", true],
    ["/releases/veza/backend%40v1.2.svg", true],
    ["/schema", true],
    ["/api/v1/matrix", false],
    ["/_next/static/chunks/a.js", false],
    ["/icon.svg", false],
    ["/favicon.ico", false],
    ["/schema/v1.json", false],
  ])("stands before %s: %s", (path, stands) => {
    expect(new RegExp(`^${config.matcher}$`).test(path)).toBe(stands);
  });
});
