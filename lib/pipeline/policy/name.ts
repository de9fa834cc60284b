import { z } from "zod";

const nameForm = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const nameRule = "1 to 63 of a-z, 0-9 and -, starting and ending with a letter or digit";

/** A name in the project file, and an RFC 1123 label as Kubernetes takes it for namespaces and containers. */
export const name = z.string().regex(nameForm).meta({ description: nameRule });

/** An RFC 1123 subdomain, as Kubernetes takes it for the names of workloads: labels with dots between them. */
export const workloadName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/)
  .meta({ description: "the name of a workload: a-z, 0-9, - and ., starting and ending with a letter or digit" });

/** A group of the sign-in service, written as that service writes it. */
export const groupName = z
  .string()
  .max(200)
  .regex(/^\S(.*\S)?$/)
  .meta({ description: "the name of a group, 1 to 200 characters" });

/** Addresses are compared without regard to case, so they are kept in lower case. */
export const emailAddress = z
  .email()
  .max(254)
  .transform((text) => text.toLowerCase())
  .meta({ description: "an e-mail address" });
