import { z } from "zod";
import { duration } from "@/lib/pipeline/policy/duration";
import { exactlyOne, exactlyOneSchema } from "@/lib/pipeline/policy/exactly-one";
import { emailAddress, groupName } from "@/lib/pipeline/policy/name";

/** So many different people of these. */
export interface ApprovalGroup {
  count: number;
  /** Groups, which are compared as written, and e-mail addresses, for which the case of ASCII letters does not count. */
  from: string[];
}

/** Approvals by `count` different people of `from`, none of them the one who asked. */
export interface ApprovalConfig extends ApprovalGroup {
  /** Each is satisfied by people of its own; `count` and `from` are then the sum and everybody. Absent: one list. */
  groups?: ApprovalGroup[];
  /** Without an answer by then, counted from the request, the promotion expires. */
  expiresAfterMs: number;
  /** A yes counts only this long after its giver signed in, and only by a person, not by a token. */
  stepUpMs?: number;
}

const approver = groupName.meta({ description: "a group or an e-mail address" });
const count = z.int().min(1).max(10).meta({ description: "a whole number of people from 1 to 10" });
const from = z.array(approver).min(1).max(50).meta({ description: "a list of 1 to 50 groups or e-mail addresses" });

/** Is this entry of `from` an e-mail address, rather than a group without an @ in its name? */
export function isEmailAddress(entry: string): boolean {
  return emailAddress.safeParse(entry).success;
}

/** The lists of people that each need their own: `groups`, or the one that the gate itself is. */
export function groupsOf(config: Pick<ApprovalConfig, "count" | "from" | "groups">): ApprovalGroup[] {
  return config.groups ?? [{ count: config.count, from: config.from }];
}

function canNeverOpen(group: ApprovalGroup): number | undefined {
  const people = new Set(group.from.map((entry) => entry.toLowerCase()));
  return [...people].every(isEmailAddress) && people.size < group.count ? people.size : undefined;
}

const neverOpens = "is more than the people named in from, so the gate could never open";

const approvalGroup = z
  .strictObject({ count: count.default(1), from })
  .superRefine((value, context) => {
    const people = canNeverOpen(value);
    if (people === undefined) return;
    const params = { allowed: `${people} at most, or a group in from` };
    context.addIssue({ code: "custom", path: ["count"], message: neverOpens, params });
  })
  .meta({ description: "people of one kind, of whom so many must say yes" });

/** `approval: {…}` in a list of gates. */
export const approvalConfig = z
  .strictObject({
    count: count.optional(),
    from: from.optional(),
    groups: z
      .array(approvalGroup)
      .min(1)
      .max(10)
      .optional()
      .meta({ description: "a list of 1 to 10 groups that each need their own people; one person counts for one" }),
    expiresAfter: duration
      .prefault("24h")
      .meta({ description: "how long an answer is waited for, such as 24h; after it the promotion expires" }),
    stepUp: duration.optional().meta({
      description: "how recent the sign-in of whoever approves must be, such as 5m; tokens cannot approve then",
    }),
  })
  .superRefine(exactlyOne("from", "groups"))
  .superRefine((value, context) => {
    if (value.groups !== undefined && value.count !== undefined) {
      const params = { allowed: "a count in each of groups" };
      context.addIssue({ code: "custom", path: ["count"], message: "does not go with groups", params });
    }
    const people = value.from && canNeverOpen({ count: value.count ?? 1, from: value.from });
    if (people === undefined) return;
    const params = { allowed: `${people} at most, or a group in from` };
    context.addIssue({ code: "custom", path: ["count"], message: neverOpens, params });
  })
  .transform(({ count, from, groups, expiresAfter, stepUp }): ApprovalConfig => {
    const all = groups ?? [{ count: count ?? 1, from: from ?? [] }];
    return {
      count: all.reduce((sum, group) => sum + group.count, 0),
      from: [...new Set(all.flatMap((group) => group.from))],
      ...(groups ? { groups } : {}),
      expiresAfterMs: expiresAfter,
      ...(stepUp === undefined ? {} : { stepUpMs: stepUp }),
    };
  })
  .meta({
    description: "people who must say yes to the exact plan; whoever asked for it does not count",
    ...exactlyOneSchema("from", "groups"),
  });
