import { z } from "zod";
import { groupName } from "@/lib/pipeline/policy/name";

/** Something that a person says is so, by ticking it. */
export interface ChecklistItem {
  text: string;
  /** Groups and e-mail addresses of whom one must tick it; absent: whoever may tick there. */
  by?: string[];
  /** Whoever asked for the promotion does not count here. */
  otherThanRequester?: true;
}

export interface ChecklistConfig {
  items: ChecklistItem[];
}

const text = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((text) => !/\p{Cc}/u.test(text))
  .meta({ description: "what must be so, on one line of 1 to 200 characters" });

const item = z
  .preprocess(
    (value) => (typeof value === "string" ? { text: value } : value),
    z.strictObject({
      text,
      by: z
        .array(groupName.meta({ description: "a group or an e-mail address" }))
        .min(1)
        .max(50)
        .optional()
        .meta({ description: "a list of 1 to 50 groups or e-mail addresses, of whom one must tick it" }),
      otherThanRequester: z
        .boolean()
        .optional()
        .meta({ description: "true: another person than whoever asked for the promotion must tick it" }),
    }),
  )
  .transform(({ text, by, otherThanRequester }): ChecklistItem => {
    return { text, ...(by ? { by } : {}), ...(otherThanRequester ? { otherThanRequester } : {}) };
  })
  .meta({ description: "a text, or a text with who must tick it", shortFor: "text" });

/** `checklist: {…}` in a list of gates. */
export const checklistConfig = z
  .strictObject({
    items: z
      .array(item)
      .min(1)
      .max(30)
      .superRefine((items, context) => {
        const seen = new Set<string>();
        items.forEach(({ text }, index) => {
          if (seen.has(text)) {
            const params = { allowed: "each item once" };
            context.addIssue({ code: "custom", path: [index], message: "stands twice in the list", params });
          }
          seen.add(text);
        });
      })
      .meta({ description: "a list of 1 to 30 items" }),
  })
  .meta({ description: "items that people tick for the exact plan" });

/** `2 items ticked`; what they are stands in the verdict's evidence. */
export function checklistDemand({ items }: ChecklistConfig): string {
  return items.length === 1 ? "1 item ticked" : `${items.length} items ticked`;
}

/** Who must tick an item: `one of sre, not the one who asked`; undefined where anybody with the right may. */
export function itemAsks({ by, otherThanRequester }: ChecklistItem): string | undefined {
  const words = [...(by ? [`one of ${by.join(", ")}`] : []), ...(otherThanRequester ? ["not the one who asked"] : [])];
  return words.length === 0 ? undefined : words.join(", ");
}
