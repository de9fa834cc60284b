import { redactText } from "@/lib/pipeline/redaction/redact-text";

/** What a job printed, as it was read; `cut`: there was more of it. Or why it could not be read. */
export type ReadLog = { kind: "text"; text: string; cut: boolean } | { kind: "none"; why: string };

/** A job's log as it is kept: redacted and bounded. Its canonical JSON is what the ledger carries the hash of. */
export interface JobLog {
  v: 1;
  check: string;
  title: string;
  text: string;
  cut: boolean;
}

/** So long it is kept; the hash in the ledger stays. */
export const jobLogDays = 90;
const linesMax = 500;
const charactersMax = 64_000;

/**
 * What is kept of a log: without secrets, known or by their form, and its end where it is long. Redacted as a whole before
 * it is cut; of a log that came cut already the line at the edge is left out, because half a secret has no form. Pure.
 */
export function keptLog(
  { id, title }: { id: string; title: string },
  { text, cut }: { text: string; cut: boolean },
  secrets: readonly string[],
): JobLog {
  const whole = cut && text.includes("\n") ? text.slice(0, text.lastIndexOf("\n")) : text;
  const clean = redactText(whole, secrets).replace(/\n+$/, "");
  const lines = clean.split("\n").slice(-linesMax);
  const last = lines.join("\n");
  const kept = last.length <= charactersMax ? last : `…${last.slice(-charactersMax).toWellFormed()}`;
  return { v: 1, check: id, title, text: kept, cut: cut || kept.length < clean.length };
}
