export const migrations = ["none", "reversible", "irreversible"] as const;

/**
 * What a release says of its changes to data: it makes none; it makes some with which the release before runs too, or
 * which can be undone; or there is no way back over it.
 */
export type Migration = (typeof migrations)[number];

/** The label by which an image says it. */
export const migrationLabel = "dev.waybill.migration";

/**
 * What is said of an image's migration: by its label, by whoever announces it, or by both with one voice; null where
 * neither says anything. What cannot be meant, or contradicts the other, is a text that says so.
 */
export function migrationSaid(
  labels: Readonly<Record<string, string>>,
  announced: Migration | undefined,
): { said: Migration | null } | { wrong: string } {
  const label = Object.hasOwn(labels, migrationLabel) ? labels[migrationLabel] : undefined;
  if (label === undefined) return { said: announced ?? null };
  const known = migrations.find((one) => one === label);
  if (!known) return { wrong: `the label ${migrationLabel} is "${label}"; it may be ${migrations.join(", ")}` };
  if (announced !== undefined && announced !== known) {
    return { wrong: `the image's label ${migrationLabel} says ${known}, the announcement says ${announced}` };
  }
  return { said: known };
}
