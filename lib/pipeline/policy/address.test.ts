import { expect, test } from "vitest";
import { addressTemplate, origin } from "@/lib/pipeline/policy/address";
import { fillAddress } from "@/lib/pipeline/policy/fill-address";

const facts = {
  project: "shop",
  service: "api",
  environment: "production",
  namespace: "shop-prod",
  workload: "api-v2",
};

test("placeholders are filled in wherever they stand, and nothing else is touched", () => {
  expect(fillAddress("https://{service}-{environment}.example.com/{project}/{namespace}/{workload}?a={b}", facts)).toBe(
    "https://api-production.example.com/shop/shop-prod/api-v2?a={b}",
  );
});

test("a name cannot lead to another host", () => {
  expect(fillAddress("https://{service}/", { ...facts, service: "a/@evil.example" })).toBe(
    "https://a%2F%40evil.example/",
  );
});

test.each(["https://{service}.example.com/health", "http://127.0.0.1:8080/{project}/{environment}"])(
  "%s is taken",
  (text) => {
    expect(addressTemplate.safeParse(text).success).toBe(true);
  },
);

test.each([
  "",
  "example.com",
  "ftp://example.com",
  "javascript:alert(1)",
  "file:///etc/passwd",
  "https://",
  "https://me@example.com",
  "https://me:pw@example.com",
  "https://{servce}.example.com",
  "https://{}.example.com",
])("%j is refused", (text) => {
  expect(addressTemplate.safeParse(text).success).toBe(false);
});

test("an origin is kept in its shortest form", () => {
  expect(origin.parse("HTTPS://Registry.Example.com:443/")).toBe("https://registry.example.com");
  for (const text of ["https://example.com/v2", "https://example.com/?a", "https://me:pw@example.com"]) {
    expect(origin.safeParse(text).success).toBe(false);
  }
});
