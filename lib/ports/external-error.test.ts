import { expect, it, vi } from "vitest";
import { ExternalError } from "@/lib/ports/external-error";

it("is known by another bundle's copy of the class, and nothing else is", async () => {
  const details = { system: "registry x", code: "unavailable", message: "down", retryable: true } as const;
  vi.resetModules();
  const copy = await import("@/lib/ports/external-error");
  expect(copy.ExternalError).not.toBe(ExternalError);
  expect(new copy.ExternalError(details)).toBeInstanceOf(ExternalError);
  expect(new ExternalError(details)).toBeInstanceOf(copy.ExternalError);
  for (const other of [new Error("x"), { ...details }, null, undefined, "x"])
    expect(other instanceof ExternalError).toBe(false);
});

it("says whole characters, wherever an adapter cut what a system said", () => {
  const message = "😀😀".slice(0, 3);
  expect(new ExternalError({ system: "x", code: "invalid", message, retryable: false }).message).toBe("x: 😀\ufffd");
});
