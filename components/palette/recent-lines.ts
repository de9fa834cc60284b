import type { PaletteLine } from "./palette-items";

const storageKey = "waybill.recent";
const keptMax = 6;

/** What was opened last through the palette in this browser, the newest first; none where it cannot be read. */
export function recentLines(storage: Pick<Storage, "getItem">): PaletteLine[] {
  try {
    const stored: unknown = JSON.parse(storage.getItem(storageKey) ?? "[]");
    return Array.isArray(stored) ? stored.filter(isLine).slice(0, keptMax) : [];
  } catch {
    return [];
  }
}

/** Puts a line first among the recent ones. Says nothing where the browser keeps nothing. */
export function rememberLine(storage: Pick<Storage, "getItem" | "setItem">, line: PaletteLine): void {
  const others = recentLines(storage).filter((one) => one.id !== line.id);
  const { id, group, title, note, digest, href } = line;
  const kept = [{ id, group, title, note, digest, href }, ...others].slice(0, keptMax);
  try {
    storage.setItem(storageKey, JSON.stringify(kept));
  } catch {
    // Full, or forbidden by the browser's settings: there are no recent lines then.
  }
}

function isLine(value: unknown): value is PaletteLine {
  if (typeof value !== "object" || value === null) return false;
  const { id, title, href } = value as Record<string, unknown>;
  // Only pages of this site: what is stored in a browser can be written by others.
  return typeof id === "string" && typeof title === "string" && typeof href === "string" && /^\/(?!\/)/.test(href);
}
