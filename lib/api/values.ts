import { z } from "zod";

/** The small pieces that the API's answers and questions are made of. */

export const projectName = z
  .string()
  .min(1)
  .max(63)
  .meta({ description: "a project's name", examples: ["veza"] });
export const environmentName = z
  .string()
  .min(1)
  .max(63)
  .meta({ description: "an environment's name", examples: ["staging"] });
export const serviceName = z
  .string()
  .min(1)
  .max(63)
  .meta({ description: "a service's name", examples: ["backend"] });
export const releaseKey = z
  .string()
  .min(1)
  .max(200)
  .meta({
    description: "a release: service@version for one service's image, or the name of a set",
    examples: ["backend@v2.4.1"],
  });
export const promotionKey = z
  .string()
  .min(3)
  .max(100)
  .meta({ description: "a promotion's id", examples: ["veza-12"] });
export const planHashValue = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "must be the plan's hash: 64 hex digits")
  .meta({ description: "the SHA-256 of a plan, 64 hex digits" });
export const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 hex digits")
  .meta({ id: "Digest", description: "a content digest: sha256: and 64 hex digits" });
export const instant = z.iso.datetime({ precision: 3 }).meta({
  id: "Instant",
  description: "a moment: ISO 8601 with milliseconds, UTC",
  // The format says it; the pattern is a page long.
  override: ({ jsonSchema }) => {
    delete jsonSchema.pattern;
  },
});

export const actor = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("person"), id: z.string(), name: z.string() }),
    z.strictObject({ kind: z.literal("token"), id: z.string(), name: z.string(), owner: z.string() }),
    z.strictObject({
      kind: z.literal("system"),
      name: z.enum(["worker", "observer", "start", "automation", "Waybill"]),
    }),
  ])
  .meta({ id: "Actor", description: "who did something; a token acts for its owner" });

export const cursor = z
  .string()
  .min(1)
  .max(500)
  .meta({ description: "`next` of the page before; without it the first page" });

/** `?limit=` of a list; text, as every query parameter is. */
export function limit(most: number, usual: number) {
  return z
    .string()
    .regex(/^\d{1,5}$/, `must be a whole number from 1 to ${most}`)
    .transform(Number)
    .pipe(z.int().min(1).max(most))
    .default(usual)
    .meta({
      description: `how many at most: 1 to ${most}, ${usual} unless told`,
      override: { type: "integer", minimum: 1, maximum: most, default: usual },
    });
}

/** `?flag=true` or `?flag=false`. */
export const flag = z
  .enum(["true", "false"])
  .transform((word) => word === "true")
  .meta({
    override: ({ jsonSchema }) => {
      delete jsonSchema.enum;
      jsonSchema.type = "boolean";
    },
  });

/** A page of a list. */
export function pageOf<Item extends z.ZodType>(id: string, item: Item) {
  return z
    .strictObject({
      items: z.array(item),
      next: z.string().nullable().meta({ description: "the cursor of the next page; null on the last one" }),
    })
    .meta({ id });
}
