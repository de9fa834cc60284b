import { type NextRequest, NextResponse } from "next/server";
import { contentSecurityPolicy, strictTransport } from "@/app/content-security-policy";

/**
 * Headers of pages, and nothing else: whoever goes around it gets a page without them, and no right. Every page, action and
 * route asks by itself who is there.
 */
export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  const secure = (process.env.NEXTAUTH_URL ?? "").startsWith("https://");
  const policy = contentSecurityPolicy({ nonce, secure, dev: process.env.NODE_ENV === "development" });
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  // Next reads the nonce for its own scripts out of the policy.
  headers.set("content-security-policy", policy);
  headers.set("x-waybill-path", `${request.nextUrl.pathname}${request.nextUrl.search}`);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  if (secure) response.headers.set("strict-transport-security", strictTransport);
  return response;
}

// Pages: what is built has no scripts to permit, and /api answers no page (its policy is in next.config.js).
export const config = { matcher: "/((?!api/|_next/|schema/|[^/]+\\.(?:svg|png|ico|txt)$).*)" };
