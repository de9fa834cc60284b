import { RRuleTemporal } from "rrule-temporal";
import { wallAt } from "@/lib/pipeline/calendar/zone";

type Range = readonly [least: number, most: number, negative: boolean];

// RFC 5545 section 3.3.10. The library leaves out what it does not know or what is out of range, so it is checked here.
const numbers: Record<string, Range> = {
  INTERVAL: [1, 1_000, false],
  COUNT: [1, 10_000, false],
  BYMONTH: [1, 12, false],
  BYMONTHDAY: [1, 31, true],
  BYYEARDAY: [1, 366, true],
  BYWEEKNO: [1, 53, true],
  BYSETPOS: [1, 366, true],
};
const single = ["FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"];
const forms: Record<string, { form: RegExp; allowed: string }> = {
  FREQ: { form: /^(DAILY|WEEKLY|MONTHLY|YEARLY)$/, allowed: "DAILY, WEEKLY, MONTHLY or YEARLY" },
  BYDAY: { form: /^([+-]?([1-9]|[1-4][0-9]|5[0-3]))?(MO|TU|WE|TH|FR|SA|SU)$/, allowed: "MO, TU, WE, TH, FR, SA, SU" },
  WKST: { form: /^(MO|TU|WE|TH|FR|SA|SU)$/, allowed: "MO, TU, WE, TH, FR, SA or SU" },
  UNTIL: { form: /^\d{8}(T\d{6}Z?)?$/, allowed: "a date such as 20261231, or one with a time, 20261231T180000Z" },
};
const keys = [...Object.keys(forms), ...Object.keys(numbers)];

/** A part of a rule that cannot stand there: which one, why, and what may. */
export interface RecurrenceProblem {
  message: string;
  allowed: string;
}

/** An RFC 5545 rule that names days, and the time of day. `firstOn` (a date) is what INTERVAL and COUNT count from. */
export interface Recurrence {
  rrule: string;
  /** `HH:MM`. */
  start: string;
  firstOn?: string;
}

/** What is wrong with a rule, or undefined where it names at least one day. */
export function recurrenceProblem({ rrule, start, firstOn }: Recurrence): RecurrenceProblem | undefined {
  const parts = new Map<string, string>();
  for (const part of rrule.split(";")) {
    const [key = "", value = "", ...rest] = part.split("=");
    const problem = partProblem(key, value, rest.length > 0, parts.has(key));
    if (problem) return problem;
    parts.set(key, value);
  }
  if (!parts.has("FREQ")) return { message: "does not say FREQ", allowed: forms.FREQ?.allowed ?? "" };
  if (firstOn === undefined) {
    const missing = needsFirstDay(parts);
    if (missing) return missing;
  }
  try {
    if (namesADay({ rrule, start, firstOn: firstOn ?? "2000-01-01" })) return undefined;
    return { message: "names no day in 40 years", allowed: "a rule that names a day" };
  } catch (error) {
    const why = error instanceof Error ? error.message : "";
    return { message: `is not a rule: ${why}`, allowed: "a rule of RFC 5545, such as FREQ=WEEKLY;BYDAY=FR" };
  }
}

const dayMs = 86_400_000;

/** Looks a little way first, and 40 years only for what is so rare: by then each weekday has met a 29th of February. */
function namesADay({ rrule, start, firstOn }: Required<Recurrence>): boolean {
  const rule = ruleOf(rrule, dtstart(firstOn, start), "UTC");
  const from = Date.parse(`${firstOn}T00:00:00Z`);
  const spans = [8, 32, 366, 40 * 366];
  return spans.some((days) => rule.between(new Date(from), new Date(from + days * dayMs), true).length > 0);
}

function partProblem(key: string, value: string, odd: boolean, again: boolean): RecurrenceProblem | undefined {
  if (!keys.includes(key) || odd)
    return { message: `has the part "${key}", which is not known here`, allowed: keys.join(", ") };
  if (again) return { message: `says ${key} twice`, allowed: `${key} once` };
  const values = single.includes(key) ? [value] : value.split(",");
  const range = numbers[key];
  const form = forms[key];
  const good = range ? (one: string) => inRange(one, range) : (one: string) => form?.form.test(one) === true;
  const bad = values.find((one) => !good(one));
  if (bad === undefined) return undefined;
  const allowed = range
    ? `${range[0]} to ${range[1]}${range[2] ? `, or -${range[1]} to -${range[0]}` : ""}`
    : form?.allowed;
  return { message: `has ${key}=${bad}, which cannot stand there`, allowed: allowed ?? "" };
}

function inRange(text: string, [least, most, negative]: Range): boolean {
  if (!/^[+-]?[0-9]{1,5}$/.test(text) || (!negative && /^[+-]/.test(text))) return false;
  const size = Math.abs(Number(text));
  return size >= least && size <= most;
}

/** A rule that leaves its day or its phase to its first day must be told that day. */
function needsFirstDay(parts: ReadonlyMap<string, string>): RecurrenceProblem | undefined {
  const says = (...names: string[]) => names.find((one) => parts.has(one) && parts.get(one) !== "1");
  const counted = parts.has("COUNT") ? "COUNT" : says("INTERVAL");
  if (counted) return { message: `says ${counted}, but not from which day on`, allowed: "the key firstOn beside it" };
  const naming = {
    DAILY: ["FREQ"],
    WEEKLY: ["BYDAY"],
    MONTHLY: ["BYDAY", "BYMONTHDAY"],
    YEARLY: ["BYDAY", "BYMONTHDAY", "BYYEARDAY"],
  }[parts.get("FREQ") ?? ""];
  if (naming?.some((key) => parts.has(key))) return undefined;
  return { message: "does not say on which day", allowed: "BYDAY, BYMONTHDAY or BYYEARDAY in it, or the key firstOn" };
}

/**
 * When a rule's windows begin, of those that begin from `from` to `to`: all of them times on the wall, as if it were in
 * UTC. UNTIL with a Z is a moment, as RFC 5545 has it, and is read on the clocks of `timeZone`.
 */
export function startsOf(recurrence: Recurrence, timeZone: string, from: number, to: number): number[] {
  const { rrule, start, firstOn } = recurrence;
  // Without a first day nothing counts from one, so any day well before will do.
  const first = firstOn ?? `${new Date(from).getUTCFullYear() - 2}-01-01`;
  const starts = ruleOf(rrule, dtstart(first, start), timeZone).between(new Date(from), new Date(to), true);
  return starts.map((one) => one.epochMilliseconds);
}

function dtstart(date: string, start: string): string {
  return `DTSTART;TZID=UTC:${date.replaceAll("-", "")}T${start.replace(":", "")}00`;
}

/** Days are counted without a zone: a day that the clocks shorten is a day all the same. */
function ruleOf(rrule: string, start: string, timeZone: string): RRuleTemporal {
  const local = rrule.replace(/UNTIL=([0-9TZ]+)/, (_, until: string) => `UNTIL=${localUntil(until, timeZone)}`);
  return new RRuleTemporal({ rruleString: `${start}\nRRULE:${local}`, strict: true });
}

function localUntil(until: string, timeZone: string): string {
  const [, year, month, day, hour = "23", minute = "59", second = "59"] =
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z?)?$/.exec(until) ?? [];
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(at)) throw new Error(`UNTIL=${until} is no date`);
  const wall = until.endsWith("Z") ? wallAt(timeZone, at) : at;
  return `${new Date(wall).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}
