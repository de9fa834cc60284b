import { afterEach, describe, expect, it, vi } from "vitest";
import { fromField, type HistoryParams, historyParams, historyPath, toField } from "@/components/ledger/history-filter";

const none = Object.fromEntries(Object.keys(historyParams).map((key) => [key, null])) as unknown as HistoryParams;

describe("the address of a page", () => {
  it("holds what was chosen, of one project; which entry is open is not asked of the server", () => {
    const params: HistoryParams = { ...none, kind: "stops", by: "i#rita", before: 12, entry: 11 };
    expect(historyPath(params, "veza")).toBe("/api/view/history?project=veza&kind=stops&by=i%23rita&before=12");
  });

  it("takes a moment in any form of ISO 8601, and drops what is none", () => {
    expect(historyParams.from.parse("2026-11-21T10:00:00+01:00")).toBe("2026-11-21T09:00:00.000Z");
    expect(historyParams.from.parse("yesterday")).toBeNull();
    expect(historyParams.before.parse("x")).toBeNull();
  });
});

describe("a field for a time", () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    ["UTC", "2026-11-21T10:30"],
    ["Asia/Kolkata", "2026-11-21T16:00"],
    ["Pacific/Auckland", "2026-11-21T23:30"],
  ])("shows the reader's own clock and gives back the same moment, in %s", (zone, shown) => {
    vi.stubEnv("TZ", zone);
    const iso = "2026-11-21T10:30:00.000Z";
    expect(toField(iso)).toBe(shown);
    expect(fromField(shown)).toBe(iso);
  });

  it("is empty where there is none", () => {
    expect(toField(null)).toBe("");
    expect(fromField("")).toBeNull();
  });
});
