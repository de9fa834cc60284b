import { readSettings, type Settings } from "@/lib/config/env";

/** What sign-in needs of the process's settings. */
export interface AuthConfig {
  secret: string;
  /** Where browsers reach Waybill: `https://waybill.example.com`. */
  publicUrl: string;
  demo: boolean;
  oidc: Settings["oidc"];
  adminGroups: readonly string[];
}

/** Throws where the process was started without a secret for sessions, as a worker may be. */
export function authConfigOf(settings: Settings): AuthConfig {
  const { sessionSecret: secret, publicUrl, demo, oidc, adminGroups } = settings;
  if (secret === undefined) throw new Error("this process has no WAYBILL_SECRET, so nobody can be signed in here");
  return { secret, publicUrl, demo, oidc, adminGroups };
}

let current: AuthConfig | undefined;

/** This process's own, read at first use. */
export function authConfig(): AuthConfig {
  current ??= authConfigOf(readSettings(process.env));
  return current;
}
