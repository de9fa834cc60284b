import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "@playwright/test";
import { freePort } from "@/lib/db/embedded/free-port";
import { type IssuerAccount, type OidcIssuer, startOidcIssuer } from "./oidc-issuer";

/** Pages of the product under test at an address of their own, where people sign in at an issuer. */
export interface WebWithIssuer {
  url: string;
  close(): Promise<void>;
}

const root = path.resolve(import.meta.dirname, "..");

/** Starts the pages once more, on the product's own database and build, and waits until they answer. */
export async function startWebWithIssuer(accounts: IssuerAccount[]): Promise<WebWithIssuer> {
  const home = process.env.WAYBILL_HOME ?? "";
  const { databaseUrl } = JSON.parse(readFileSync(path.join(home, "running.json"), "utf8")) as { databaseUrl: string };
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const client = { clientId: "waybill", clientSecret: "a-client-secret-of-a-test" };
  const issuer = await startOidcIssuer({ ...client, redirectUri: `${url}/api/auth/callback/oidc`, accounts });
  const secret = randomBytes(32).toString("hex");
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("WAYBILL_"))),
    ...{ NODE_ENV: "production" as const, NEXT_TELEMETRY_DISABLED: "1", WAYBILL_HOME: home, WAYBILL_ROLE: "web" },
    ...{ DATABASE_URL: databaseUrl, WAYBILL_SECRET: secret, NEXTAUTH_SECRET: secret, NEXTAUTH_URL: url, PORT: port },
    ...{ OIDC_ISSUER: issuer.url, OIDC_CLIENT_ID: client.clientId, OIDC_CLIENT_SECRET: client.clientSecret },
    OIDC_LABEL: "the test issuer",
  };
  const log = openSync(path.join(home, "logs", "web-with-issuer.log"), "a");
  const next = path.join(root, "node_modules/next/dist/bin/next");
  const child = spawn(process.execPath, [next, "start", "-H", "127.0.0.1", "-p", port], {
    ...{ cwd: root, env, stdio: ["ignore", log, log] },
  });
  closeSync(log);
  const endWithUs = () => child.kill("SIGKILL");
  process.once("exit", endWithUs);
  child.once("exit", () => process.off("exit", endWithUs));
  const web = { url, close: () => end(child, issuer) };
  try {
    const answers = () =>
      fetch(`${url}/api/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    await expect.poll(answers, { timeout: 120_000, message: "the pages with an issuer are ready" }).toBe(true);
  } catch (error) {
    await web.close();
    throw error;
  }
  return web;
}

async function end(child: ChildProcess, issuer: OidcIssuer): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once("exit", () => resolve());
  });
  child.kill("SIGKILL");
  await ended;
  await issuer.close();
}
