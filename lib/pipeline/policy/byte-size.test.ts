import { expect, test } from "vitest";
import { byteSize, parseByteSize } from "@/lib/pipeline/policy/byte-size";

test.each([
  ["200MB", 200_000_000],
  ["1GB", 1_000_000_000],
  ["500kB", 500_000],
  ["1KiB", 1_024],
  ["3MiB", 3_145_728],
  ["2GiB", 2_147_483_648],
])("%s is %i bytes", (text, bytes) => {
  expect(byteSize.parse(text)).toBe(bytes);
});

test.each(["", "0MB", "MB", "200", "200 MB", "200mb", "1.5GB", "-1MB", "200B", "1234567MB", "2e3MB"])(
  "%j is no size",
  (text) => {
    expect(parseByteSize(text)).toBeUndefined();
    expect(byteSize.safeParse(text).success).toBe(false);
  },
);
