import { wallAt } from "@/lib/pipeline/calendar/zone";

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A moment (ISO 8601, UTC) on the clocks of a zone, with the zone: `Mon 2 Mar 2026 00:00 Europe/Paris`. */
export function wallWords(at: string, timeZone: string): string {
  const wall = new Date(wallAt(timeZone, Date.parse(at)));
  const day = `${days[wall.getUTCDay()]} ${wall.getUTCDate()} ${months[wall.getUTCMonth()]} ${wall.getUTCFullYear()}`;
  return `${day} ${wall.toISOString().slice(11, 16)} ${timeZone}`;
}
