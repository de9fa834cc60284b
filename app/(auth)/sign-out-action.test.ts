import { afterEach, beforeEach, expect, test, vi } from "vitest";

const jar = vi.hoisted(() => ({ all: [] as { name: string; value: string }[], set: [] as Record<string, unknown>[] }));

vi.mock("next/headers", () => ({
  cookies: async () => ({ getAll: () => jar.all, set: (cookie: Record<string, unknown>) => void jar.set.push(cookie) }),
}));
vi.mock("next/navigation", () => ({
  redirect: (to: string) => {
    throw new Error(`redirect ${to}`);
  },
}));

beforeEach(() => {
  jar.set = [];
  vi.resetModules();
  vi.stubEnv("DATABASE_URL", "postgresql://waybill@127.0.0.1:5432/waybill");
  vi.stubEnv("WAYBILL_SECRET", "a-secret-of-a-test-with-enough-characters");
});
afterEach(() => vi.unstubAllEnvs());

test.each([
  ["http://127.0.0.1:3000", "waybill.session", false],
  ["https://waybill.example.com", "__Host-waybill.session", true],
])("at %s every piece of the session is taken back, and nothing else", async (publicUrl, name, secure) => {
  vi.stubEnv("NEXTAUTH_URL", publicUrl);
  jar.all = [name, `${name}.0`, `${name}.1`, "theme", `${name}s`].map((cookie) => ({ name: cookie, value: "x" }));
  const { signOut } = await import("./sign-out-action");
  await expect(signOut()).rejects.toThrow("redirect /sign-in");
  expect(jar.set.map((cookie) => cookie.name)).toEqual([name, `${name}.0`, `${name}.1`]);
  for (const cookie of jar.set)
    expect(cookie).toMatchObject({ value: "", maxAge: 0, path: "/", httpOnly: true, secure });
});
