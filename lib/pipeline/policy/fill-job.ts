import type { AddressFacts } from "@/lib/pipeline/policy/fill-address";

/** What a job's addresses and body are filled in with: where, and what exactly runs there. */
export interface JobFacts extends AddressFacts {
  digest: string;
  version: string;
  /** The promotion, or whatever else asks for the job. */
  promotion: string;
}

const known = [
  "project",
  "service",
  "environment",
  "namespace",
  "workload",
  "previewService",
  "digest",
  "version",
  "promotion",
] as const;
const place = /\{([^{}]*)\}/g;
const fromAnswerForm = /^\$(\.[A-Za-z_][A-Za-z0-9_-]*|\[[0-9]{1,4}\])+$/;

/** What an address may be filled in with beside the facts of every job. */
export interface JobPlaces {
  /** `{$.id}` of an answer. */
  answer?: boolean;
  /** `{previewService}`. */
  preview?: boolean;
}

/** The placeholders of a job's text that mean nothing. */
export function unknownJobPlaces(text: string, { answer = false, preview = false }: JobPlaces): string[] {
  return [...text.matchAll(place)].flatMap(([whole, key = ""]) => {
    if (key === "previewService") return preview ? [] : [whole];
    if (known.some((one) => one === key)) return [];
    return answer && fromAnswerForm.test(key) ? [] : [whole];
  });
}

/** The text with every placeholder replaced by something, to see what it would be. */
export function jobFiller(text: string): string {
  return text.replace(place, "x");
}

/** A job's address with its placeholders filled in, each so that it stays within its place; for what has no fact it stays. */
export function fillJobAddress(template: string, facts: Partial<JobFacts>): string {
  return template.replace(place, (whole, key: string) => {
    const value = factOf(facts, key);
    return value === undefined ? whole : encodeURIComponent(value);
  });
}

/** The name of an object of a cluster with its placeholders filled in; what they make of it is judged by whoever uses it. */
export function fillJobName(template: string, facts: Partial<JobFacts>): string {
  return template.replace(place, (whole, key: string) => factOf(facts, key) ?? whole);
}

/**
 * A job's address with `{$.id}` of an answer. Undefined where the answer has no text or number there, or one that would lead to
 * another place: an address must not be made by whoever answers.
 */
export function fillFromAnswer(template: string, valueAt: (path: string) => unknown): string | undefined {
  let whole = true;
  const filled = template.replace(place, (found, key: string) => {
    if (!fromAnswerForm.test(key)) return found;
    const value = valueAt(key);
    const text = typeof value === "number" ? String(value) : value;
    if (typeof text !== "string" || text === "" || text.length > 300 || !text.isWellFormed() || /^\.+$/.test(text)) {
      whole = false;
      return found;
    }
    return encodeURIComponent(text);
  });
  return whole ? filled : undefined;
}

/** A job's body with the placeholders in its texts filled in; what is no text, and every key, stays as it is. */
export function fillJobBody(value: unknown, facts: JobFacts): unknown {
  if (typeof value === "string") return value.replace(place, (whole, key: string) => factOf(facts, key) ?? whole);
  if (Array.isArray(value)) return value.map((one) => fillJobBody(one, facts));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fillJobBody(one, facts)]));
}

function factOf(facts: Partial<JobFacts>, key: string): string | undefined {
  const name = known.find((one) => one === key);
  return name && facts[name];
}
