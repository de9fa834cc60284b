import { z } from "zod";
import type { Calendar } from "@/lib/pipeline/calendar/closings";
import { recurrenceProblem } from "@/lib/pipeline/calendar/recurrence";
import type { CalendarWindow } from "@/lib/pipeline/calendar/window";
import { isTimeZone } from "@/lib/pipeline/calendar/zone";
import { duration } from "@/lib/pipeline/policy/duration";
import type { Severity } from "@/lib/pipeline/policy/severity";
import { severity } from "@/lib/pipeline/policy/severity-schema";

export const freezeSubjects = ["promote", "autoPromote", "rollback"] as const;
/** What a freeze can close: promotions that people ask for, those that nobody asks for, and rollbacks. */
export type FreezeSubject = (typeof freezeSubjects)[number];

/** A calendar that closes promotion into an environment. Names of windows are unique. */
export interface FreezeConfig extends Calendar {
  /** Severities that may pass, with a reason and a rollback target. */
  exempt: Severity[];
  appliesTo: FreezeSubject[];
}

const dateForm = /^2[0-9]{3}-[0-9]{2}-[0-9]{2}$/;
const timeForm = /^([01][0-9]|2[0-3]):[0-5][0-9]$/;

function isDate(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  // 2026-02-30 would be read as the second of March.
  return dateForm.test(text) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

const date = z.string().refine(isDate, { message: "is not a date" }).meta({ description: "a date such as 2026-12-24" });

const moment = z
  .string()
  .refine((text) => isDate(text.slice(0, 10)) && text[10] === "T" && timeForm.test(text.slice(11)), {
    message: "is not a date with a time",
  })
  .meta({ description: "a date with a time on the clocks of timezone, such as 2026-12-20T18:00" });

const time = z.string().regex(timeForm).meta({ description: 'a time of day in quotes, "00:00" to "23:59"' });

const windowName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .meta({ description: "what people read when it closes, such as no Friday deploys; 1 to 100 characters" });

const recurringKeys = ["start", "lasts", "firstOn", "except"] as const;

const window = z
  .strictObject({
    name: windowName,
    rrule: z
      .string()
      .min(1)
      .max(300)
      .meta({ description: "an RFC 5545 rule that names days, such as FREQ=WEEKLY;BYDAY=FR,SA,SU" })
      .optional(),
    start: time.optional(),
    lasts: duration.optional(),
    firstOn: date.optional(),
    except: z.array(date).max(400).optional(),
    from: moment.optional(),
    to: moment.optional(),
  })
  .superRefine((value, context) => {
    const refuse = (key: string, message: string, allowed: string) =>
      context.addIssue({ code: "custom", path: [key], message, params: { allowed } });
    if ((value.rrule === undefined) === (value.from === undefined)) {
      const message = value.rrule === undefined ? "must have one of rrule, from" : "has rrule and from at once";
      context.addIssue({ code: "custom", message, params: { allowed: "exactly one of rrule, from" } });
      return;
    }
    if (value.from !== undefined) {
      for (const key of recurringKeys) {
        if (value[key] !== undefined) refuse(key, "belongs to a window with rrule", "name, from and to");
      }
      if (value.to !== undefined && value.to <= value.from)
        refuse("to", "is not after from", `later than ${value.from}`);
      return;
    }
    if (value.to !== undefined)
      refuse("to", "belongs to a window with from", "name, rrule, start, lasts, firstOn, except");
    const { rrule = "", start = "00:00", firstOn } = value;
    const problem = recurrenceProblem({ rrule, start, ...(firstOn === undefined ? {} : { firstOn }) });
    if (problem) refuse("rrule", problem.message, problem.allowed);
  })
  .transform((value): CalendarWindow => {
    const { name, rrule, start = "00:00", lasts = 86_400_000, firstOn, except = [], from, to } = value;
    if (from !== undefined) return { kind: "once", name, from, ...(to === undefined ? {} : { to }) };
    const counted = firstOn === undefined ? {} : { firstOn };
    // The check above has passed by now, so the rule is there.
    return { kind: "recurring", name, rrule: rrule as string, start, lastsMs: lasts, ...counted, except };
  })
  .meta({
    description: "a window: days by rrule with start and lasts, or once, from a moment to another",
    oneOf: [{ required: ["rrule"] }, { required: ["from"] }],
  });

const windows = z.array(window).max(50);

/** `freeze: {…}` in a list of gates. */
export const freezeConfig = z
  .strictObject({
    timezone: z
      .string()
      .max(100)
      .refine(isTimeZone, { message: "is not a time zone" })
      .meta({ description: "a name of the IANA time zone database, such as Europe/Paris or UTC" }),
    deny: windows.default([]).meta({ description: "a list of windows in which it is closed, 50 at most" }),
    allow: windows
      .default([])
      .meta({ description: "a list of windows, 50 at most; where any is given, it is closed outside of them" }),
    exempt: z
      .array(severity)
      .max(4)
      .default([])
      .meta({ description: "a list of the severities that may pass with a reason: P0, P1, P2, P3" }),
    appliesTo: z
      .array(z.enum(freezeSubjects))
      .min(1)
      .max(3)
      .default(["promote", "autoPromote"])
      .meta({ description: `a list of what it closes, at least one of ${freezeSubjects.join(", ")}` }),
  })
  .superRefine(({ deny, allow, exempt, appliesTo }, context) => {
    if (deny.length + allow.length === 0) {
      const params = { allowed: "at least one window in deny or allow" };
      context.addIssue({ code: "custom", path: ["deny"], message: "names no window, so it would never close", params });
    }
    const seen = new Set<string>();
    for (const [list, key] of [[deny, "deny"] as const, [allow, "allow"] as const]) {
      for (const [index, { name }] of list.entries()) {
        const params = { allowed: "a name of its own" };
        const message = "is the name of another window of this freeze already";
        if (seen.has(name)) context.addIssue({ code: "custom", path: [key, index, "name"], message, params });
        seen.add(name);
      }
    }
    for (const [list, key] of [[exempt, "exempt"] as const, [appliesTo, "appliesTo"] as const]) {
      const again = list.findIndex((one, index) => list.indexOf(one as never) !== index);
      if (again === -1) continue;
      context.addIssue({
        code: "custom",
        path: [key, again],
        message: "stands there twice",
        params: { allowed: "each once" },
      });
    }
  })
  .transform((value): FreezeConfig => value)
  .meta({ description: "promotion is closed by calendar: in windows of deny, and outside those of allow" });
