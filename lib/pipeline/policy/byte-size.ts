import { z } from "zod";

const unitBytes = {
  kB: 1_000,
  MB: 1_000_000,
  GB: 1_000_000_000,
  KiB: 1_024,
  MiB: 1_048_576,
  GiB: 1_073_741_824,
} as const;
const form = /^([1-9][0-9]{0,5})(kB|MB|GB|KiB|MiB|GiB)$/;

/** Bytes of `200MB` or `1GiB`; undefined for any other text, so also for `0MB`, `1.5GB` and `200mb`. */
export function parseByteSize(text: string): number | undefined {
  const [, count, unit] = form.exec(text) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  return Number(count) * unitBytes[unit as keyof typeof unitBytes];
}

/** A size of the project file, read into bytes. */
export const byteSize = z
  .string()
  .regex(form)
  // The regular expression has passed by now, so the text parses.
  .transform((text) => parseByteSize(text) as number)
  .meta({ description: "a size above zero: 500kB, 200MB or 2GB; KiB, MiB and GiB count in powers of two" });
