import { describe, expect, test } from "vitest";
import { readSettings, SettingsError } from "@/lib/config/env";

const secret = "0123456789abcdef0123456789abcdef";
const enough = { DATABASE_URL: "postgres://app:p4ss@127.0.0.1:5432/waybill", NEXTAUTH_SECRET: secret };
const oidc = { OIDC_ISSUER: "https://id.example.com", OIDC_CLIENT_ID: "waybill", OIDC_CLIENT_SECRET: "cl1ent" };

function problemsOf(env: Record<string, string | undefined>): readonly string[] {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  throw new Error("the settings were accepted");
}

describe("accepted", () => {
  test("the least, with its defaults", () => {
    expect(readSettings(enough)).toEqual({
      databaseUrl: enough.DATABASE_URL,
      role: "all",
      projectFile: undefined,
      host: "127.0.0.1",
      port: 3000,
      workerPort: 3001,
      sessionSecret: secret,
      publicUrl: "http://127.0.0.1:3000",
      demo: false,
      outbound: "private",
      oidc: undefined,
      adminGroups: [],
      logLevel: "info",
      failpoint: undefined,
      retention: { notificationDays: 90, evidenceDays: 30 },
      driveBudgetMs: 2000,
    });
  });

  test("everything", () => {
    const settings = readSettings({
      ...enough,
      ...oidc,
      WAYBILL_ROLE: "web",
      WAYBILL_FILE: "waybill.yaml",
      PORT: "8080",
      HOST: "0.0.0.0",
      WORKER_PORT: "8081",
      NEXTAUTH_URL: "https://waybill.example.com/",
      OIDC_GROUPS_CLAIM: "roles",
      OIDC_SCOPE: "openid profile offline_access",
      WAYBILL_OIDC_RECHECK_SECONDS: "20",
      WAYBILL_ADMIN_GROUPS: "platform, sre",
      LOG_LEVEL: "debug",
      WAYBILL_FAILPOINT: "after-apply:pause",
      WAYBILL_DRIVE_BUDGET_MS: "0",
      HOME: "/root",
    });
    expect(settings).toMatchObject({
      role: "web",
      projectFile: "waybill.yaml",
      port: 8080,
      publicUrl: "https://waybill.example.com",
      oidc: { issuer: "https://id.example.com", clientId: "waybill", clientSecret: "cl1ent", groupsClaim: "roles" },
      failpoint: { name: "after-apply", action: "pause" },
      driveBudgetMs: 0,
      adminGroups: ["platform", "sre"],
    });
    expect(settings.oidc).toMatchObject({ scope: "openid profile offline_access", recheckSeconds: 20 });
  });

  test("an empty variable is unset", () => {
    expect(readSettings({ ...enough, PORT: "", WAYBILL_ROLE: "", OIDC_ISSUER: "" })).toMatchObject({
      port: 3000,
      role: "all",
    });
  });

  test("a worker without a session secret, and the secret under its other name", () => {
    expect(readSettings({ DATABASE_URL: enough.DATABASE_URL, WAYBILL_ROLE: "worker" }).sessionSecret).toBeUndefined();
    expect(readSettings({ DATABASE_URL: enough.DATABASE_URL, WAYBILL_SECRET: secret }).sessionSecret).toBe(secret);
  });

  test.each(["127.0.0.1", "localhost", "::1"])("the demo on %s", (host) => {
    expect(readSettings({ ...enough, WAYBILL_DEMO: "on", HOST: host }).demo).toBe(true);
  });

  test.each([
    ["on", undefined, "loopback"],
    ["off", undefined, "private"],
    ["on", "public", "public"],
    ["off", "loopback", "loopback"],
  ])("the demo %s and WAYBILL_OUTBOUND %s: what may be connected to is %s", (demo, word, outbound) => {
    expect(readSettings({ ...enough, WAYBILL_DEMO: demo, WAYBILL_OUTBOUND: word }).outbound).toBe(outbound);
  });

  test("an address of the sixth version of the protocol in the default address", () => {
    expect(readSettings({ ...enough, HOST: "::1" }).publicUrl).toBe("http://[::1]:3000");
  });
});

describe("refused, with one line a setting", () => {
  test.each<[string, Record<string, string | undefined>, string]>([
    ["no database", { DATABASE_URL: undefined }, "DATABASE_URL is not set; set it to postgres://"],
    ["another database", { DATABASE_URL: "mysql://localhost/x" }, "DATABASE_URL is not valid"],
    ["no session secret", { NEXTAUTH_SECRET: "" }, "NEXTAUTH_SECRET is not set"],
    ["a short session secret", { NEXTAUTH_SECRET: "short" }, "at least 32 characters"],
    ["two session secrets", { WAYBILL_SECRET: `${secret}x` }, "are both set and differ"],
    ["an unknown role", { WAYBILL_ROLE: "both" }, 'WAYBILL_ROLE ("both") is not valid; allowed is all, web or worker'],
    ["a port that is none", { PORT: "http" }, 'PORT ("http") is not valid; allowed is a port from 1 to 65535'],
    ["a port out of range", { WORKER_PORT: "65536" }, "WORKER_PORT"],
    ["one port for both", { PORT: "3001" }, "PORT and WORKER_PORT are both 3001"],
    ["an address with a path", { NEXTAUTH_URL: "https://example.com/waybill" }, "NEXTAUTH_URL is not valid"],
    ["an unclear switch", { WAYBILL_DEMO: "yes" }, 'WAYBILL_DEMO ("yes") is not valid; allowed is on or off'],
    ["a reach that is none", { WAYBILL_OUTBOUND: "all" }, 'WAYBILL_OUTBOUND ("all") is not valid; allowed is public'],
    ["a demo for everyone", { WAYBILL_DEMO: "on", HOST: "0.0.0.0" }, 'WAYBILL_DEMO is on while HOST is "0.0.0.0"'],
    ["half a sign-in", { OIDC_ISSUER: oidc.OIDC_ISSUER, OIDC_CLIENT_ID: "x" }, "OIDC_CLIENT_SECRET is not set"],
    ["scopes that sign nobody in", { ...oidc, OIDC_SCOPE: "profile" }, "openid among them"],
    ["days that are none", { WAYBILL_NOTIFICATION_DAYS: "0" }, "whole days from 1 to 3650"],
    ["a check too often", { ...oidc, WAYBILL_OIDC_RECHECK_SECONDS: "1" }, "from 5 to 3600, or 0 for never"],
    ["a sign-in without encryption", { ...oidc, OIDC_ISSUER: "http://id.example.com" }, "OIDC_ISSUER is not valid"],
    ["an unknown log level", { LOG_LEVEL: "loud" }, "trace, debug, info"],
    ["a failpoint without an action", { WAYBILL_FAILPOINT: "after-apply" }, "name:kill or name:pause"],
    ["a budget that is too long", { WAYBILL_DRIVE_BUDGET_MS: "60000" }, "whole milliseconds from 0 to 10000"],
  ])("%s", (_, change, says) => {
    const problems = problemsOf({ ...enough, ...change });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(says);
  });

  test("everything that is wrong is said at once", () => {
    expect(problemsOf({ PORT: "0", LOG_LEVEL: "loud" }).map((line) => line.split(" ")[0])).toEqual([
      "DATABASE_URL",
      "PORT",
      "LOG_LEVEL",
      "NEXTAUTH_SECRET",
    ]);
  });

  test("no secret is repeated", () => {
    const problems = problemsOf({
      DATABASE_URL: "mysql://app:p4ssw0rd@db/x",
      NEXTAUTH_SECRET: "hunter2",
      WAYBILL_SECRET: "hunter3",
      OIDC_CLIENT_SECRET: "cl1ent-s3cret",
      NEXTAUTH_URL: "https://me:hunter2@example.com",
    });
    for (const text of ["p4ssw0rd", "hunter", "s3cret"]) expect(problems.join("\n")).not.toContain(text);
  });
});
