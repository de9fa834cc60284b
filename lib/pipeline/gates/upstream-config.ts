import { z } from "zod";
import { exactlyOne, exactlyOneSchema } from "@/lib/pipeline/policy/exactly-one";
import { name } from "@/lib/pipeline/policy/name";

/** The same digest must have succeeded in all, or in any one, of these environments. Never empty. */
export interface UpstreamConfig {
  match: "all" | "any";
  environments: string[];
}

const environments = z
  .array(name)
  .min(1)
  .max(50)
  .refine((names) => new Set(names).size === names.length, { message: "names an environment twice" })
  .meta({ description: "a list of at least one environment, each named once" });

/** `requires: { all: […] }` or `{ any: […] }` of an environment. */
export const upstreamConfig = z
  .strictObject({ all: environments.optional(), any: environments.optional() })
  .superRefine(exactlyOne("all", "any"))
  .transform(
    (value): UpstreamConfig =>
      value.all !== undefined
        ? { match: "all", environments: value.all }
        : { match: "any", environments: value.any ?? [] },
  )
  .meta({
    description: "environments in which the same digest must have succeeded before",
    ...exactlyOneSchema("all", "any"),
  });
