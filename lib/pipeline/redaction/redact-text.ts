/** What stands in the place of something that was taken out. */
export const taken = "[redacted]";

/** Shorter values would take ordinary words out with them. */
const secretCharactersMin = 6;
/** A part of a longer secret (a token inside a kubeconfig) counts from here. */
const partCharactersMin = 20;

const names =
  "pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key(?:[_-]?id)?|secret[_-]?key|private[_-]?key|" +
  "client[_-]?secret|credentials?|authorization|auth|cookie|session(?:[_-]?id)?|signature|x-amz-[a-z-]{1,40}|sig";
const quoted = "\\\\?\"(?:[^\"\\\\]|\\\\.){0,4000}?\\\\?\"|'[^']{0,4000}'";

/**
 * The forms of well-known credentials, each by its own fixed beginning. Every repetition here is bounded: what a service
 * printed must not be able to keep the engine busy.
 */
const forms: RegExp[] = [
  /\b(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ABIA|ACCA)[A-Z0-9]{16}\b/g,
  /\beyJ[\w-]{5,2000}\.[\w-]{5,4000}(?:\.[\w-]{0,2000})?/g,
  /\bgh[opusr]_\w{20,255}/g,
  /\bgithub_pat_\w{20,255}/g,
  /\bglpat-[\w-]{16,255}/g,
  /\bxox[abeoprs]-[\w-]{8,255}/g,
  /\bxapp-[\w-]{8,255}/g,
  /\b[rs]k_(?:live|test)_\w{10,255}/g,
  /\bAIza[\w-]{30,80}/g,
  /\bnpm_\w{30,80}/g,
  /\bdckr_(?:pat|oat)_[\w-]{20,80}/g,
  /\bhv[sbr]\.[\w-]{20,400}/g,
  /\bSG\.[\w-]{16,80}\.[\w-]{16,80}/g,
  /\bwhsec_[\w+/=]{16,255}/g,
  /\bsk-[\w-]{20,255}/g,
  /https:\/\/hooks\.slack\.com\/[^\s"'<>]{1,400}/g,
];

const keyBegin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;
const keyEnd = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;
const keyLine = /^[\sA-Za-z0-9+/=:.,-]*$/;
const credentialsInUrl = /\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/"'<>]{0,400}@/gi;
const schemes = /\b(bearer|basic|digest|negotiate|apikey)(\s{1,4})(?!\[redacted\])[\w.~+/=:-]{8,4000}/gi;
const assigned = new RegExp(
  `([\\w.-]{0,40}(?:${names})[\\w.-]{0,40}\\\\?["']?\\s{0,4}(?:=>|[:=])\\s{0,4})(?!\\s)(${quoted}|(?:(?:bearer|basic)\\s{1,4})?[^\\s,;&"'}\\])]{1,4000})`,
  "gi",
);

/**
 * `text` without what must not be kept: each of the known `secrets`, as it is, percent-encoded, escaped in JSON and in
 * base64, and whatever has the form of a credential: keys, tokens, passwords that are named so, users in addresses.
 * Rather too much than too little: it cannot be told from outside what a service meant. Also takes out control characters
 * but tabs and ends of lines; half of a character becomes U+FFFD, since no entry of the ledger could hold it. Pure.
 */
export function redactText(text: string, secrets: readonly string[]): string {
  let clean = plain(text);
  for (const form of secretForms(secrets)) clean = clean.replaceAll(form, taken);
  clean = withoutKeys(clean);
  clean = clean.replace(credentialsInUrl, `$1${taken}@`);
  clean = clean.replace(assigned, (whole, name: string, value: string) =>
    value.startsWith(taken) ? whole : `${name}${taken}`,
  );
  clean = clean.replace(schemes, `$1$2${taken}`);
  for (const form of forms) clean = clean.replace(form, taken);
  return clean.toWellFormed();
}

/** Without private keys; one whose end or beginning was cut off is as secret as a whole one. */
function withoutKeys(text: string): string {
  if (!keyBegin.test(text) && !keyEnd.test(text)) return text;
  const kept: string[] = [];
  let inside = false;
  for (const line of text.split("\n")) {
    const [begins, ends] = [keyBegin.test(line), keyEnd.test(line)];
    if (ends && !begins && !inside) {
      // Its beginning is not there: whatever before it looks like a part of it goes too.
      while (kept.length > 0 && kept.at(-1) !== taken && keyLine.test(kept.at(-1) ?? "")) kept.pop();
    }
    if (begins) kept.push(`${line.slice(0, line.search(keyBegin))}${taken}`);
    else if (ends) kept.push(`${inside ? "" : taken}${line.slice(line.search(keyEnd)).replace(keyEnd, "")}`);
    else if (!inside) kept.push(line);
    inside = begins ? !ends : inside && !ends;
  }
  return kept.join("\n");
}

/** Colours of a terminal and other control characters would let a log forge what stands around it. */
function plain(text: string): string {
  return (
    text
      .replace(/\r\n?/g, "\n")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is taken out
      .replace(/\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g, "")
      .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (one) => (one === "\n" || one === "\t" ? one : ""))
  );
}

/** Every form in which a known secret may stand, the longest first, so that no part is left of one inside another. */
function secretForms(secrets: readonly string[]): string[] {
  const forms = new Set<string>();
  for (const secret of secrets.flatMap(withParts)) {
    forms.add(secret);
    forms.add(encodeURIComponent(secret));
    forms.add(JSON.stringify(secret).slice(1, -1));
    for (const before of ["", "x", "xx"]) forms.add(inBase64(before + secret, before.length));
  }
  return [...forms].filter((form) => form.length >= secretCharactersMin).sort((a, b) => b.length - a.length);
}

/** Of a secret of several words or lines, such as a kubeconfig, each long word is one too. */
function withParts(secret: string): string[] {
  const whole = secret.trim();
  if (whole.length < secretCharactersMin) return [];
  const parts = whole.split(/[\s"',:{}[\]]+/).filter((part) => part.length >= partCharactersMin);
  return [whole, ...parts.filter((part) => part !== whole)];
}

/** The signs that do not depend on what stands before and behind: of three ways to begin, all are looked for. */
function inBase64(text: string, before: number): string {
  const bytes = new TextEncoder().encode(text);
  const encoded = btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
  const from = before === 0 ? 0 : before + 1;
  const whole = bytes.length % 3 === 0 ? encoded : encoded.slice(0, -1);
  const cut = whole.slice(from);
  return cut.length >= 12 ? cut : "";
}
