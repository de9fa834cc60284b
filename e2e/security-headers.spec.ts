import type { APIResponse } from "@playwright/test";
import { expect, test } from "./fixtures";

// Goal: a page runs nothing that is not its own, stands in nobody's frame, and is shown to nobody by a header.

const pages = ["/", "/promotions", "/approvals", "/services", "/releases", "/environments", "/history"];
const settings = ["file", "connections", "people", "notifications", "tokens", "installation"].map(
  (tab) => `/settings/${tab}`,
);
const everyPage = [...pages, ...settings, "/sign-in", "/promotions/veza-1", "/not-a-page", "/promotions/veza-999999"];

function nonceOf(answer: APIResponse): string | undefined {
  return /'nonce-([^']+)'/.exec(answer.headers()["content-security-policy"] ?? "")?.[1];
}

test("every page has a policy, and each of its scripts the nonce of this very answer", async ({ signIn }) => {
  const ada = await signIn("ada");
  const nonces = new Set<string>();
  for (const path of everyPage) {
    const answer = await ada.request.get(path);
    const headers = answer.headers();
    const nonce = nonceOf(answer);
    expect.soft(headers["content-security-policy"], path).toContain("frame-ancestors 'none'");
    expect.soft(headers["x-frame-options"], path).toBe("DENY");
    expect.soft(headers["x-content-type-options"], path).toBe("nosniff");
    expect.soft(headers["referrer-policy"], path).toBe("same-origin");
    expect.soft(headers["strict-transport-security"], `${path}: this address is not https`).toBeUndefined();
    const scripts = (await answer.text()).match(/<script\b[^>]*>/g) ?? [];
    expect.soft(scripts.length, path).toBeGreaterThan(0);
    expect
      .soft(
        scripts.filter((script) => !script.includes(`nonce="${nonce}"`)),
        path,
      )
      .toEqual([]);
    nonces.add(nonce ?? "none");
  }
  expect(nonces.size).toBe(everyPage.length);
});

test("what somebody slips into a page does not run", async ({ signIn, expectComplaint }) => {
  const ada = await signIn("ada");
  expectComplaint(/Content Security Policy/);
  await ada.goto("/history");
  const ran = await ada.evaluate(() => {
    const image = document.createElement("div");
    image.innerHTML =
      '<img src="data:," onerror="window.slipped = true"><a href="javascript:window.slipped = true">x</a>';
    document.body.append(image);
    image.querySelector("a")?.click();
    const frame = document.createElement("iframe");
    frame.src = "https://evil.example/";
    document.body.append(frame);
    // A script that the parser puts in: what one of ours adds by itself may run.
    document.body.insertAdjacentHTML("beforeend", "<svg onload='window.slipped = true'></svg>");
    return new Promise<boolean>((resolve) => requestAnimationFrame(() => resolve("slipped" in window)));
  });
  expect(ran).toBe(false);
});

test("the API's answers may do nothing as a page", async ({ request }) => {
  for (const path of ["/api/view/matrix", "/api/v1/openapi.json", "/api/v1/nothing", "/api/health/live"]) {
    const headers = (await request.get(path)).headers();
    expect.soft(headers["content-security-policy"], path).toBe("default-src 'none'; frame-ancestors 'none'");
    expect.soft(headers["x-content-type-options"], path).toBe("nosniff");
  }
});

for (const [name, value] of [
  ["x-middleware-subrequest", "proxy:proxy:proxy:proxy:proxy"],
  ["x-middleware-subrequest", "src/proxy:src/proxy:src/proxy:src/proxy:src/proxy"],
  ["x-middleware-subrequest", "middleware:middleware:middleware:middleware:middleware"],
  ["x-middleware-rewrite", "/sign-in"],
  ["x-middleware-prefetch", "1"],
  ["next-router-prefetch", "1"],
  ["x-nextjs-data", "1"],
  ["x-original-url", "/sign-in"],
  ["x-forwarded-user", "ada"],
  ["rsc", "1"],
] as const) {
  test(`nobody sees a page or a route with ${name}: ${value}`, async ({ request }) => {
    for (const path of [
      ...everyPage,
      "/api/view/matrix",
      "/api/v1/matrix",
      "/api/v1/ledger/veza/export",
      "/api/events",
    ]) {
      const answer = await request.get(path, { headers: { [name]: value }, maxRedirects: 0 });
      const text = await answer.text();
      expect.soft(text, path).not.toMatch(/veza-backend|Arjun.*approved|sha256:[0-9a-f]{12}/);
      // A prefetch of what is no page is answered with nothing; RSC is sent to an address of its own first.
      if (path.startsWith("/api/") && text !== "{}") expect.soft([401, 307], path).toContain(answer.status());
    }
  });
}
