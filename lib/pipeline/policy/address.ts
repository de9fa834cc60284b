import { z } from "zod";
import { fillAddress, placeholder, placeholders } from "@/lib/pipeline/policy/fill-address";

/** Why `text` is no http address, or undefined where it is one. A password in an address would be a literal secret. */
export function addressProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return "is not an address";
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return "starts with neither https:// nor http://";
  if (url.username !== "" || url.password !== "") return "holds a user name or password";
  return undefined;
}

/** `https://…` or `http://…`, without user name and password. */
export const address = z
  .string()
  .max(2000)
  .superRefine((text, context) => {
    const problem = addressProblem(text);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  })
  .meta({ description: "an address that starts with https:// or http://, without user name and password" });

/** Scheme, host and port alone: the path behind it belongs to the protocol spoken there. */
export const origin = address
  .refine((text) => !URL.canParse(text) || ["", "/"].includes(new URL(text).pathname + new URL(text).search), {
    message: "has more than scheme, host and port",
  })
  .transform((text) => new URL(text).origin)
  .meta({ description: "scheme, host and port alone, such as https://registry.example.com" });

const filler = { project: "p", service: "s", environment: "e", namespace: "n", workload: "w", previewService: "v" };

function templateOf(known: readonly (keyof typeof filler)[], words: string) {
  return z
    .string()
    .max(2000)
    .superRefine((text, context) => {
      for (const [whole, key] of text.matchAll(placeholder)) {
        if (!known.some((name) => name === key)) {
          context.addIssue({ code: "custom", message: `has the unknown placeholder ${whole}` });
        }
      }
      const problem = addressProblem(fillAddress(text, filler));
      if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
    })
    .meta({
      description: `an address that starts with https:// or http://, without user name and password; ${words} are filled in`,
    });
}

/** An address in which the placeholders are filled in at the moment of use. */
export const addressTemplate = templateOf(
  placeholders,
  "{project}, {service}, {environment}, {namespace} and {workload}",
);

/** The same for what stands behind a preview Service. */
export const previewTemplate = templateOf(
  [...placeholders, "previewService"],
  "{project}, {service}, {environment}, {namespace}, {workload} and {previewService}",
);
