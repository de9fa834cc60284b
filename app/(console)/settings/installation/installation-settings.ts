import { roleSeparation } from "@/lib/db/roles";
import type { InstallationSettings } from "@/lib/queries/installation";

/** What this process was told about itself, by its environment. */
export function installationSettings(): InstallationSettings {
  const { WAYBILL_ROLE, WAYBILL_DEMO, WAYBILL_SANDBOX, OIDC_ISSUER, OIDC_LABEL } = process.env;
  const demo = WAYBILL_DEMO === "on" || WAYBILL_DEMO === "1";
  const separation = roleSeparation();
  const ways = [OIDC_ISSUER ? (OIDC_LABEL ?? "single sign-on") : undefined, demo ? "people of the demo" : undefined];
  return {
    role: WAYBILL_ROLE === "web" ? "web" : "all",
    demo,
    sandbox: Boolean(WAYBILL_SANDBOX),
    ledgerNotSeparate: separation.separateRole ? null : separation.reason,
    signIn: ways.filter((way) => way !== undefined).join(", ") || "not set up",
  };
}
