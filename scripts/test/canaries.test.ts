import { describe, expect, it } from "vitest";
import { findSecrets, makeCanaries } from "./canaries";

describe("a canary", () => {
  const secrets = makeCanaries();
  const [name = "", value = ""] = Object.entries(secrets)[1] ?? [];

  it.each([
    ["as it is", `password=${value}&x=1`],
    ["as somebody's password in a header", `Basic ${Buffer.from(`canary-user:${value}`).toString("base64")}`],
    ...["", "a", "ab", "abc"].map((before): [string, string] => [
      `in base64 behind ${before.length} signs`,
      Buffer.from(`${before}${value} and more`).toString("base64"),
    ]),
  ])("is found %s, and said by its name alone", (_, text) => {
    const found = findSecrets(
      [
        ["nothing", "x"],
        ["logs/web.log", `{"level":50,"text":"${text}"}`],
      ],
      secrets,
    );
    expect(found).toEqual([`canaries: ${name} stands in logs/web.log`]);
  });

  it("is another one each time, and not found where only its reference stands", () => {
    expect(makeCanaries()[name]).not.toBe(value);
    expect(findSecrets([["table connection", `env:${name}`]], secrets)).toEqual([]);
  });
});
