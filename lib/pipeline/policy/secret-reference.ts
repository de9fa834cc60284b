import { z } from "zod";

/** Where a secret lies. The secret itself is read by the engine alone, at the moment of use. */
export type SecretReference = `env:${string}` | `file:/${string}`;

const environmentForm = /^env:[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const fileForm = /^file:\/[^\0\r\n]{1,4000}$/;

// A connection that named one of these would send Waybill's own secret to an outside system.
const ownSettings = new Set(["DATABASE_URL", "NEXTAUTH_SECRET", "WAYBILL_SECRET", "OIDC_CLIENT_SECRET"]);
const systemFolders = /^file:\/(proc|sys|dev)(\/|$)/;

/** Why `text` is no reference to a secret, or undefined where it is one. The answer never repeats the text. */
export function secretReferenceProblem(text: string): { message: string; notAvailable?: true } | undefined {
  if (/^vault:/.test(text)) {
    return {
      message: "is a vault: reference, which is not supported yet by this version of Waybill",
      notAvailable: true,
    };
  }
  if (environmentForm.test(text)) {
    if (!ownSettings.has(text.slice("env:".length))) return undefined;
    return { message: "names one of Waybill's own settings, which no connection may use" };
  }
  if (fileForm.test(text)) {
    if (text.split("/").some((part) => part === "..") || systemFolders.test(text)) {
      return { message: "leads out of the folders in which secrets may lie" };
    }
    return undefined;
  }
  if (/^(env|file):/.test(text)) return { message: "is not a well-formed reference to a secret" };
  return { message: "is a literal value, where only a reference to a secret may stand" };
}

/** `env:NAME` or `file:/path`; a literal secret is refused. */
export const secretReference = z
  .string()
  .superRefine((text, context) => {
    const problem = secretReferenceProblem(text);
    if (problem === undefined) return;
    context.addIssue({
      code: "custom",
      message: problem.message,
      params: { code: problem.notAvailable ? "notAvailable" : "secret" },
    });
  })
  // The check above has passed by now.
  .transform((text) => text as SecretReference)
  .meta({ description: "a reference to a secret: env:NAME or file:/path", pattern: "^(env:|file:/)" });
