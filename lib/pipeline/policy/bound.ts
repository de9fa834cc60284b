import { z } from "zod";

/** What a number measures, and so how it is written. Seconds, bytes and shares (0 to 1) are what the source gives. */
export const units = ["share", "seconds", "bytes", "number"] as const;
export type Unit = (typeof units)[number];

/** A limit: a value of its own (`5%`, `500ms`), the baseline and so much more or less (`+0.5%`), or a multiple of it (`1.2x`). */
export type Bound =
  | { kind: "value"; value: number; unit: Unit }
  | { kind: "offset"; by: number; unit: Unit }
  | { kind: "factor"; factor: number };

const form = /^([+-]?)([0-9]{1,12}(?:\.[0-9]{1,6})?)(%|x|ms|s|KB|MB|GB|KiB|MiB|GiB)?$/;
const scales: Record<string, { unit: Unit; by: number }> = {
  "%": { unit: "share", by: 0.01 },
  ms: { unit: "seconds", by: 0.001 },
  s: { unit: "seconds", by: 1 },
  KB: { unit: "bytes", by: 1e3 },
  MB: { unit: "bytes", by: 1e6 },
  GB: { unit: "bytes", by: 1e9 },
  KiB: { unit: "bytes", by: 2 ** 10 },
  MiB: { unit: "bytes", by: 2 ** 20 },
  GiB: { unit: "bytes", by: 2 ** 30 },
};

/**
 * Reads `5%`, `0.5`, `500ms`, `2s`, `200MB`, `+0.5%`, `-10ms` or `1.2x`; undefined for any other text. A share is kept as
 * 0 to 1, a time in seconds, a size in bytes: as Prometheus' own metrics are.
 */
export function parseBound(text: string): Bound | undefined {
  const [, sign, digits, suffix = ""] = form.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const amount = Number(digits);
  if (suffix === "x") return sign === "" && amount > 0 ? { kind: "factor", factor: amount } : undefined;
  const { unit, by } = scales[suffix] ?? { unit: "number" as const, by: 1 };
  // Twelve digits are kept: 0.1 × 0.01 is to be 0.001.
  const value = Number((amount * by).toPrecision(12));
  if (sign === "") return { kind: "value", value, unit };
  return { kind: "offset", by: sign === "-" ? -value : value, unit };
}

/** True where the limit is only known beside a baseline. */
export function isRelative(bound: Bound): boolean {
  return bound.kind !== "value";
}

/** The limit as a number, from the baseline where it needs one; undefined where that is not known. */
export function limitOf(bound: Bound, baseline: number | undefined): number | undefined {
  switch (bound.kind) {
    case "value":
      return bound.value;
    case "offset":
      return baseline === undefined ? undefined : baseline + bound.by;
    case "factor":
      return baseline === undefined ? undefined : baseline * bound.factor;
    default:
      return bound satisfies never;
  }
}

/** A number as a person reads it: `3.2 %`, `480 ms`, `1.5 MB`, `12`. */
export function valueWords(value: number, unit: Unit): string {
  const digits = (number: number) => String(Number(number.toPrecision(3)));
  switch (unit) {
    case "share":
      return `${digits(value * 100)} %`;
    case "seconds":
      return Math.abs(value) < 1 ? `${digits(value * 1000)} ms` : `${digits(value)} s`;
    case "bytes": {
      const [size, name] = [
        [1e9, "GB"],
        [1e6, "MB"],
        [1e3, "KB"],
      ].find(([size]) => Math.abs(value) >= Number(size)) ?? [1, "B"];
      return `${digits(value / Number(size))} ${name}`;
    }
    case "number":
      return Math.abs(value) >= 1000 ? String(Math.round(value)) : digits(value);
    default:
      return unit satisfies never;
  }
}

/** The limit as a person reads it: `5 %`, `baseline + 0.5 points`, `1.2 × baseline`. */
export function boundWords(bound: Bound): string {
  switch (bound.kind) {
    case "value":
      return valueWords(bound.value, bound.unit);
    case "offset": {
      const size = Math.abs(bound.by);
      const words =
        bound.unit === "share" ? `${Number((size * 100).toPrecision(6))} points` : valueWords(size, bound.unit);
      return `baseline ${bound.by < 0 ? "−" : "+"} ${words}`;
    }
    case "factor":
      return `${bound.factor} × baseline`;
    default:
      return bound satisfies never;
  }
}

/** A limit of the project file. */
export const bound = z
  .union([z.string(), z.number()])
  .refine((text) => parseBound(String(text)) !== undefined)
  // The refinement has passed by now, so the text parses.
  .transform((text) => parseBound(String(text)) as Bound)
  .meta({
    description:
      "a limit: 5%, 0.5, 500ms, 2s or 200MB; beside the baseline +0.5% (points), -10ms or +3, or a multiple of it, 1.2x",
  });
