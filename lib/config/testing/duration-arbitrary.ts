import fc from "fast-check";

/** `90s`, `15m` …, as the project file takes it. */
export const duration = fc
  .tuple(fc.integer({ min: 1, max: 300 }), fc.constantFrom("s", "m", "h", "d"))
  .map((parts) => parts.join(""));
