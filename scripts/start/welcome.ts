import { demoPeople } from "@/lib/auth/demo-people";
import type { StartSettings } from "./start-settings";

/** What a start says at its end: where Waybill answers, and who can sign in there. */
export function welcomeLines(settings: StartSettings, tookMs: number): string[] {
  const after = `(after ${(tookMs / 1000).toFixed(1)} s). Ctrl-C stops it.`;
  if (settings.role === "worker") {
    return [`The worker is ready, its health at http://127.0.0.1:${settings.workerPort}/api/health/live ${after}`];
  }
  return [`Waybill is ready at ${settings.publicUrl} ${after}`, ...signInLines(settings.signIn)];
}

function signInLines({ demo, oidc }: StartSettings["signIn"]): string[] {
  if (demo) {
    const people = demoPeople.map(({ name, why }) => `  ${name.padEnd(16)} ${why}`);
    return ["Demo people, one click on the sign-in page each, no password:", ...people];
  }
  return oidc
    ? []
    : ["Nobody can sign in: set OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, or WAYBILL_DEMO=on to try it out."];
}
