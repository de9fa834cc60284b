import { type Actor, personBehind } from "@/lib/pipeline/actor";
import { plainText } from "@/lib/pipeline/notify/plain-text";

/** Who did it, in words. A token's name is somebody's text too. */
export function nameOf(actor: Actor): string {
  const name = plainText(actor.name, 100);
  if (personBehind(actor) === undefined) return "Waybill";
  return actor.kind === "token" ? `${name} (token)` : name;
}

/** `2026-11-21 09:30 UTC`. */
export function utc(at: string): string {
  return `${at.slice(0, 16).replace("T", " ")} UTC`;
}
