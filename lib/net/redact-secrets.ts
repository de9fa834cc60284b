/** Every text that an Authorization header would betray: its value and, for Basic, the password inside. */
export function secretsIn(authorization: string | undefined): string[] {
  if (authorization === undefined) return [];
  const [scheme = "", value = ""] = authorization.split(" ", 2);
  if (scheme !== "Basic") return [value];
  const pair = Buffer.from(value, "base64").toString("utf8");
  return [value, pair, pair.slice(pair.indexOf(":") + 1)];
}

const messageCharactersMax = 400;

/** `text` for a person: without secrets, user names in URLs, bearer values, tokens, control characters and halves of characters. */
export function redact(text: string, secrets: readonly string[]): string {
  return withoutSecrets(text, secrets)
    .replace(/\/\/[^/@\s]*@/g, "//…@")
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, "$1 …")
    .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, "…")
    .replace(/\p{Cc}+/gu, " ")
    .slice(0, messageCharactersMax)
    .toWellFormed();
}

/** `text` with each secret, as it is and percent-encoded, replaced. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret !== "") clean = clean.replaceAll(secret, "…").replaceAll(encodeURIComponent(secret), "…");
  }
  return clean;
}
