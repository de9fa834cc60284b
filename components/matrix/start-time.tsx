import { useInBrowser, useNow } from "@/components/time/now";

const weekMs = 7 * 86_400_000;

/** `Mon 09:00`, and `Mon 4 Jan 09:00` where a week or more is between; on the clocks of a zone, else the reader's. */
export function startWords(startsAt: string, now: number, timeZone?: string): string {
  const at = Date.parse(startsAt);
  const day = at - now < weekMs ? {} : ({ day: "numeric", month: "short" } as const);
  const clock = { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  return new Intl.DateTimeFormat("en-GB", { ...clock, ...day, timeZone }).format(at).replaceAll(",", "");
}

/** When something would start or open, on the reader's clock; on UTC's until the browser has told its zone. */
export function StartTime({ at }: { at: string }) {
  const inBrowser = useInBrowser();
  const now = useNow(60_000);
  return <time dateTime={at}>{startWords(at, now, inBrowser ? undefined : "UTC")}</time>;
}
