/** What stands in the place of something that was taken out. */
export const taken = "[redacted]";

/** Shorter values would take ordinary words out with them. */
const secretCharactersMin = 6;
/** A part of a longer secret (a token inside a kubeconfig) counts from here. */
const partCharactersMin = 20;

const names =
  "pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key(?:[_-]?id)?|secret[_-]?key|private[_-]?key|" +
  "client[_-]?secret|credentials?|authorization|auth|cookie|session(?:[_-]?id)?|signature|x-amz-[a-z-]+|sig";
const quoted = "\\\\?\"(?:[^\"\\\\]|\\\\.)*?\\\\?\"|'[^']*'";

/** The forms of well-known credentials, each by its own fixed beginning. */
const forms: RegExp[] = [
  /\b(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ABIA|ACCA)[A-Z0-9]{16}\b/g,
  /\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)*/g,
  /\bgh[opusr]_\w{20,}\b/g,
  /\bgithub_pat_\w{20,}\b/g,
  /\bglpat-[\w-]{16,}/g,
  /\bxox[abeoprs]-[\w-]{8,}/g,
  /\bxapp-[\w-]{8,}/g,
  /\b[rs]k_(?:live|test)_\w{10,}\b/g,
  /\bAIza[\w-]{30,}/g,
  /\bnpm_\w{30,}\b/g,
  /\bdckr_(?:pat|oat)_[\w-]{20,}/g,
  /\bhv[sbr]\.[\w-]{20,}/g,
  /\bSG\.[\w-]{16,}\.[\w-]{16,}/g,
  /\bwhsec_[\w+/=]{16,}/g,
  /\bsk-[\w-]{20,}/g,
  /https:\/\/hooks\.slack\.com\/[^\s"'<>]+/g,
];

// A key whose end or beginning was cut off is as secret as a whole one.
const keyBlock =
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)/g;
const keyEnd = /^(?:[A-Za-z0-9+/=]{16,}\s*)+-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/gm;
const credentialsInUrl = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/"'<>]*@/gi;
const schemes = /\b(bearer|basic|digest|negotiate|apikey)(\s+)(?!\[redacted\])[\w.~+/=:-]{8,}/gi;
const assigned = new RegExp(
  `([\\w.-]*(?:${names})[\\w.-]*\\\\?["']?\\s*(?:=>|[:=])\\s*)(?!\\s)(${quoted}|(?:(?:bearer|basic)\\s+)?[^\\s,;&"'}\\])]+)`,
  "gi",
);

/**
 * `text` without what must not be kept: each of the known `secrets`, as it is, percent-encoded, escaped in JSON and in
 * base64, and whatever has the form of a credential: keys, tokens, passwords that are named so, users in addresses.
 * Rather too much than too little: it cannot be told from outside what a service meant. Also takes out control characters
 * but tabs and ends of lines. Pure.
 */
export function redactText(text: string, secrets: readonly string[]): string {
  let clean = plain(text);
  for (const form of secretForms(secrets)) clean = clean.replaceAll(form, taken);
  clean = clean.replace(keyBlock, taken).replace(keyEnd, taken);
  clean = clean.replace(credentialsInUrl, `$1${taken}@`);
  clean = clean.replace(assigned, (whole, name: string, value: string) =>
    value.startsWith(taken) ? whole : `${name}${taken}`,
  );
  clean = clean.replace(schemes, `$1$2${taken}`);
  for (const form of forms) clean = clean.replace(form, taken);
  return clean;
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
