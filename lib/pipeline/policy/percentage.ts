import { z } from "zod";

const form = /^(100|[1-9]?[0-9])%$/;

/** The number before the sign: 5 for `5%`. Undefined for anything but a whole percentage from 0% to 100%. */
export function parsePercentage(text: string): number | undefined {
  const [, percent] = form.exec(text) ?? [];
  return percent === undefined ? undefined : Number(percent);
}

/** A percentage that stays as it was written, for a target that reads it itself. */
export const percentage = z.string().regex(form).meta({ description: "a whole percentage from 0% to 100%" });
