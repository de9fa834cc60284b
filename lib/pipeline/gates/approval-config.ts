import { z } from "zod";
import { duration } from "@/lib/pipeline/policy/duration";
import { emailAddress, groupName } from "@/lib/pipeline/policy/name";

/** Approvals by `count` different people, none of them the one who asked. */
export interface ApprovalConfig {
  count: number;
  /** Groups, which are compared as written, and e-mail addresses, for which the case of ASCII letters does not count. */
  from: string[];
  /** Without an answer by then, counted from the request, the promotion expires. */
  expiresAfterMs: number;
}

const approver = groupName.meta({ description: "a group or an e-mail address" });

/** Is this entry of `from` an e-mail address, rather than a group without an @ in its name? */
export function isEmailAddress(entry: string): boolean {
  return emailAddress.safeParse(entry).success;
}

/** `approval: {…}` in a list of gates. */
export const approvalConfig = z
  .strictObject({
    count: z.int().min(1).max(10).default(1).meta({ description: "a whole number of people from 1 to 10" }),
    from: z.array(approver).min(1).max(50).meta({ description: "a list of 1 to 50 groups or e-mail addresses" }),
    expiresAfter: duration
      .prefault("24h")
      .meta({ description: "how long an answer is waited for, such as 24h; after it the promotion expires" }),
  })
  .superRefine((value, context) => {
    const people = new Set(value.from.map((entry) => entry.toLowerCase()));
    if (![...people].every(isEmailAddress) || people.size >= value.count) return;
    context.addIssue({
      code: "custom",
      path: ["count"],
      message: "is more than the people named in from, so the gate could never open",
      params: { allowed: `${people.size} at most, or a group in from` },
    });
  })
  .transform(({ expiresAfter, ...rest }): ApprovalConfig => ({ ...rest, expiresAfterMs: expiresAfter }))
  .meta({ description: "people who must say yes to the exact plan; whoever asked for it does not count" });
