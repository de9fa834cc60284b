import { isLoopback } from "@/lib/pipeline/policy/login";

/** The address that a secret holds, or undefined where it holds none that may be sent to: https, or this machine. */
export function secretAddress(secret: string): string | undefined {
  if (!URL.canParse(secret)) return undefined;
  const url = new URL(secret);
  if (url.username !== "" || url.password !== "") return undefined;
  const isSafe = url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
  return isSafe ? url.href : undefined;
}
