import { z } from "zod";
import { duration } from "@/lib/pipeline/policy/duration";
import { name } from "@/lib/pipeline/policy/name";

/** The same digest must have succeeded in the environment `in`, and that at least `forMs` ago. */
export interface SoakConfig {
  in: string;
  forMs: number;
}

/** `soak: {…}` in a list of gates. */
export const soakConfig = z
  .strictObject({
    in: name.meta({ description: "the name of an environment" }),
    for: duration,
  })
  .transform((value): SoakConfig => ({ in: value.in, forMs: value.for }))
  .meta({ description: "the same digest must have run in another environment for this long" });
