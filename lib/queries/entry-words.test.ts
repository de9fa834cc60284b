import { describe, expect, it } from "vitest";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import type { EntryBody, EntrySubject } from "@/lib/pipeline/promotion/entry";
import { aPlan, digestOf } from "@/lib/pipeline/promotion/testing/a-plan";
import { type EntryPromotion, entryWords, type SpokenEntry } from "@/lib/queries/entry-words";

const promotion: EntryPromotion = {
  services: ["backend"],
  version: "v1.1.0",
  environment: "production",
  kind: "promote",
};
const digest = digestOf("a");
const at = "2026-11-21T10:00:00.000Z";
const pass: Verdict = { gate: "upstream", status: "pass", demand: "", summary: "succeeded in staging", evidence: [] };
const wait: Verdict = { gate: "soak", status: "wait", demand: "2 h", summary: "1 h of 2 h", evidence: [] };
const order = { service: "backend", digest, planHash: "0".repeat(64), generation: 1, deadlineAt: at };

function words(body: EntryBody, over: { subject?: EntrySubject; promotion?: EntryPromotion | null } = {}) {
  return entryWords({ subject: {}, promotion, ...body, ...over } as SpokenEntry);
}

describe("the subject", () => {
  it("is what moves where, and says when it goes back", () => {
    const queued: EntryBody = { kind: "promotion.queued", data: {} };
    expect(words(queued).subject).toBe("backend v1.1.0 → production");
    expect(words(queued, { promotion: { ...promotion, kind: "rollback" } }).subject).toBe(
      "backend back to v1.1.0 → production",
    );
    const several = (services: string[]) => words(queued, { promotion: { ...promotion, services } }).subject;
    expect(several(["backend", "chat"])).toBe("backend and chat v1.1.0 → production");
    expect(several(["backend", "chat", "stream", "web"])).toBe("backend and 3 more v1.1.0 → production");
  });

  it("is the one service that an entry of several is about", () => {
    const several = { ...promotion, services: ["backend", "chat"] };
    expect(
      words(
        { kind: "rollout.requested", data: { ...order, attempt: 1 } },
        { promotion: several, subject: { service: "chat" } },
      ),
    ).toEqual({ subject: "chat v1.1.0 → production", about: "aaaa…aaaa" });
  });

  it("is a place, a file, a connection, a token or a release outside promotions", () => {
    const outside = (body: EntryBody, subject: EntrySubject = {}) => words(body, { promotion: null, subject }).subject;
    expect(outside({ kind: "environment.held", data: { id: "h", reason: "r" } }, { environment: "staging" })).toBe(
      "staging",
    );
    expect(
      outside(
        { kind: "drift.cleared", data: { service: "web", runs: digest } },
        { environment: "staging", service: "web" },
      ),
    ).toBe("web in staging");
    expect(outside({ kind: "project.applied", data: { version: 3, fileHash: "", changes: [] } })).toBe(
      "project file, version 3",
    );
    expect(outside({ kind: "token.revoked", data: { id: "0123456789" } })).toBe("token 01234567");
    expect(outside({ kind: "release.announced", data: { version: "v1", artifacts: [] } }, { release: "web@v1" })).toBe(
      "web@v1",
    );
  });
});

describe("what matters most of it", () => {
  it.each<[EntryBody, string | undefined]>([
    [
      { kind: "promotion.replanned", data: { plan: aPlan(), planHash: "", changes: ["the strategy"], voided: 2 } },
      "the strategy, 2 approvals void",
    ],
    [
      { kind: "gates.evaluated", data: { planHash: "", verdicts: [pass, wait] } },
      "1 of 2 gates pass; soak: 1 h of 2 h",
    ],
    [{ kind: "promotion.started", data: { planHash: "", verdicts: [pass] } }, "1 of 1 gates pass"],
    [
      { kind: "promotion.approved", data: { person: "p", planHash: "ab".repeat(32), reason: "looks good" } },
      "looks good, plan abab…abab",
    ],
    [
      { kind: "promotion.approved", data: { person: "p", planHash: "ab".repeat(32), reason: null, via: "chat" } },
      "plan abab…abab, by a button in the chat",
    ],
    [{ kind: "promotion.rejected", data: { planHash: "", why: "too late", via: "api" } }, "too late, over the API"],
    [{ kind: "promotion.rejected", data: { planHash: "", why: "too late", via: "page" } }, "too late"],
    [{ kind: "promotion.aborted", data: { why: "not now" } }, "not now"],
    [{ kind: "rollout.requested", data: { ...order, attempt: 3 } }, "aaaa…aaaa, attempt 3"],
    [{ kind: "rollout.accepted", data: { service: "b", targetGeneration: 7, written: false } }, "it was so already"],
    [
      { kind: "rollout.observed", data: { service: "b", runs: digest, as: "index", ready: 2, desired: 3 } },
      "runs aaaa…aaaa, 2 of 3 ready",
    ],
    [{ kind: "revert.observed", data: { service: "b", runs: null } }, "runs nothing"],
    [
      { kind: "drift.detected", data: { service: "b", wanted: digest, runs: digestOf("b"), changedBy: null } },
      "runs bbbb…bbbb, not aaaa…aaaa",
    ],
    [{ kind: "promotion.succeeded", data: { services: [{ service: "b", digest }] } }, "1 service verified"],
    [
      { kind: "token.created", data: { id: "t", label: "ci", role: "viewer", environments: [], expiresAt: at } },
      "viewer, in every environment",
    ],
    [
      {
        kind: "release.announced",
        data: {
          version: "v1",
          artifacts: [{ service: "b", repository: "r", digest, tag: null, revision: "581f39f0aa" }],
        },
      },
      "aaaa…aaaa, commit 581f39f",
    ],
    [
      {
        kind: "promotion.requested",
        data: { id: "p-1", number: 1, plan: aPlan(), planHash: "", reason: null, causedBy: null, expiresAt: at },
      },
      undefined,
    ],
    [{ kind: "token.revoked", data: { id: "t" } }, undefined],
  ])("%j", (body, about) => {
    expect(words(body).about).toBe(about);
  });
});
