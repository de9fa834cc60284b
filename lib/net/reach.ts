/** How near an address may be that Waybill connects to; each word includes the ones before it. */
export const reaches = ["public", "private", "loopback"] as const;
export type Reach = (typeof reaches)[number];

/**
 * The reach that a process was told: `WAYBILL_OUTBOUND`; where it is missing, `loopback` for the demo (its sandbox lives
 * there) and `private` else. A word that is none counts as the narrowest; the start refuses it with a message.
 */
export function readReach(env: Readonly<Record<string, string | undefined>>): Reach {
  const { WAYBILL_OUTBOUND: word, WAYBILL_DEMO: demo } = env;
  if (word === undefined || word === "") return demo === "on" || demo === "1" ? "loopback" : "private";
  return reaches.find((reach) => reach === word) ?? "public";
}
