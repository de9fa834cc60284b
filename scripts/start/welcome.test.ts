import { expect, test } from "vitest";
import { readStartSettings } from "./start-settings";
import { welcomeLines } from "./welcome";

const said = async (env: Record<string, string>) =>
  welcomeLines(await readStartSettings(process.cwd(), { NODE_ENV: "test", PORT: "34000", ...env }, []), 2_345);

test("the demo's people are named wherever they can sign in", async () => {
  expect(await said({})).toEqual([
    "Waybill is ready at http://127.0.0.1:34000 (after 2.3 s). Ctrl-C stops it.",
    expect.stringContaining("Demo people"),
    ...["Rita Moreau", "Arjun Mehta", "Vera Lindqvist", "Ada Okafor", "Noor Haddad", "Leo Brandt"].map((name) =>
      expect.stringContaining(name),
    ),
  ]);
  expect(await said({ WAYBILL_FILE: "README.md", WAYBILL_DEMO: "on" })).toHaveLength(8);
});

test("that nobody can sign in is said, with what would change it", async () => {
  const [, line] = await said({ WAYBILL_FILE: "README.md" });
  expect(line).toMatch(/^Nobody can sign in: set OIDC_ISSUER/);
  const oidc = { OIDC_ISSUER: "https://id.example.com", OIDC_CLIENT_ID: "waybill", OIDC_CLIENT_SECRET: "x" };
  expect(await said({ WAYBILL_FILE: "README.md", ...oidc })).toHaveLength(1);
});

test("a worker says where its health is", async () => {
  const shared = { DATABASE_URL: "postgresql://127.0.0.1/waybill", WAYBILL_SECRET: "s".repeat(32) };
  const [line] = await said({ WAYBILL_ROLE: "worker", WORKER_PORT: "34001", WAYBILL_FILE: "README.md", ...shared });
  expect(line).toContain("http://127.0.0.1:34001/api/health/live (after 2.3 s)");
});

test("names the platforms to choose from where one is wrong", async () => {
  const settings = (WAYBILL_PLATFORMS?: string) =>
    readStartSettings(process.cwd(), { NODE_ENV: "test", PORT: "34000", WAYBILL_PLATFORMS }, []);
  expect((await settings()).platforms).toBeUndefined();
  expect((await settings("all")).platforms).toBe("all");
  expect((await settings("mosaic,veza")).platforms).toBe("mosaic,veza");
  await expect(settings("mosaik")).rejects.toThrow(
    "WAYBILL_PLATFORMS: no platform is called mosaik; there are veza, miniredis, mosaic, madbase, antigravity; or all.",
  );
});
