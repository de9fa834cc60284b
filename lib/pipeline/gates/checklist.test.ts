import { describe, expect, it } from "vitest";
import type { Actor } from "@/lib/pipeline/actor";
import { evaluateChecklist } from "@/lib/pipeline/gates/checklist";
import { checklistConfig } from "@/lib/pipeline/gates/checklist-config";
import type { GateEvidence, Standing } from "@/lib/pipeline/gates/gate";
import type { Tick } from "@/lib/pipeline/promotion/state";
import { aPlan } from "@/lib/pipeline/promotion/testing/a-plan";
import { startedAt as now, rita } from "@/lib/pipeline/promotion/testing/some-input";

const hash = "a".repeat(64);
const config = {
  kind: "checklist" as const,
  ...checklistConfig.parse({
    items: [
      "migrations are backward-compatible",
      { text: "on-call told", by: ["sre", "Boss@Example.com"], otherThanRequester: true },
    ],
  }),
};
const [migrations, onCall] = [0, 1];

const tick = (item: number, person: string, extra: Partial<Tick> = {}): Tick => ({
  ...{ gate: 0, item, text: config.items[item]?.text ?? "", planHash: hash },
  ...{ by: { kind: "person", id: `idp#${person}`, name: person }, person: `idp#${person}`, at: now },
  ...extra,
});
const standing = (person: string, extra: Partial<Standing> = {}): Standing => ({
  ...{ person: `idp#${person}`, email: `${person}@example.com`, groups: ["sre"], mayApprove: false, mayTick: true },
  ...extra,
});

function judge(ticks: Tick[], standings: Standing[], extra: Partial<NonNullable<GateEvidence["checklists"]>> = {}) {
  const checklists = { planHash: hash, requestedBy: rita, requested: true, ticks, standings, ...extra };
  return evaluateChecklist(config, { plan: aPlan({ gates: [config] }), evidence: { checklists }, now }, 0);
}
const everybody = [standing("rita", { groups: [] }), standing("sam"), standing("boss", { groups: [] })];

describe("a checklist", () => {
  it("opens when every item is ticked by somebody whom it asks, and says who said what when", () => {
    expect(judge([tick(migrations, "rita"), tick(onCall, "sam")], everybody)).toEqual({
      gate: "checklist",
      status: "pass",
      demand: "2 items ticked",
      summary: "ticked by rita, sam",
      evidence: [
        { name: "ticked", value: "2", threshold: "2" },
        { name: "migrations are backward-compatible", value: `rita, ${now}` },
        { name: "on-call told", value: `sam, ${now}` },
      ],
    });
  });

  it("waits for the items that are open, by name, and says who can act", () => {
    expect(judge([tick(migrations, "rita")], everybody)).toMatchObject({
      status: "wait",
      summary: "1 of 2 ticked for this plan; open: on-call told",
      whoCanAct: "one of sre, Boss@Example.com, not the one who asked",
      evidence: [{ value: "1", threshold: "2" }, {}, { name: "on-call told", value: "open" }],
    });
    expect(judge([], everybody).whoCanAct).toBe(
      "whoever may tick in production; one of sre, Boss@Example.com, not the one who asked",
    );
  });

  it("is ticked once it is requested: while it is only looked at, nobody can", () => {
    expect(judge([], [], { requested: false })).toMatchObject({
      status: "wait",
      summary: "ticked once it is requested: migrations are backward-compatible; on-call told",
    });
  });

  it("is unknown where nobody looked who ticked", () => {
    const judged = evaluateChecklist(config, { plan: aPlan({ gates: [config] }), evidence: {}, now }, 0);
    expect(judged.status).toBe("unknown");
  });

  it("takes a person by their address too, in whatever case", () => {
    expect(judge([tick(migrations, "rita"), tick(onCall, "boss")], everybody).status).toBe("pass");
  });

  const token: Actor = { kind: "token", id: "t1", name: "ci", owner: "idp#sam" };
  const refused: [string, Tick, Standing[], Actor?][] = [
    ["another plan's tick", tick(onCall, "sam", { planHash: "b".repeat(64) }), everybody],
    ["another checklist's tick", tick(onCall, "sam", { gate: 1 }), everybody],
    ["another item's tick", tick(migrations, "sam"), everybody],
    ["somebody whom the item does not ask", tick(onCall, "vera"), [standing("vera", { groups: ["staff"] })]],
    ["a right that was lost", tick(onCall, "sam"), [standing("sam", { mayTick: false })]],
    ["a group that was left", tick(onCall, "sam"), [standing("sam", { groups: [] })]],
    ["somebody nobody knows any more", tick(onCall, "sam"), []],
    ["the one who asked", tick(onCall, "rita"), [standing("rita")]],
    ["the owner of the token that asked", tick(onCall, "sam"), everybody, token],
    ["an address that only looks alike", tick(onCall, "b"), [standing("b", { email: "bоss@example.com", groups: [] })]],
  ];
  it.each(refused)("does not count %s", (_, given, standings, requestedBy = rita) => {
    const known = [...standings.filter((one) => one.person !== "idp#mo"), standing("mo", { groups: [] })];
    const first = given.item === migrations ? [] : [tick(migrations, "mo")];
    expect(judge([...first, given], known, { requestedBy })).toMatchObject({
      status: "wait",
      summary: "1 of 2 ticked for this plan; open: on-call told",
    });
  });

  it("lets whoever asked tick what does not ask for another person", () => {
    expect(judge([tick(migrations, "rita"), tick(onCall, "sam")], everybody).status).toBe("pass");
  });
});

describe("its configuration", () => {
  it.each([
    ["no item", { items: [] }],
    ["an empty item", { items: ["  "] }],
    ["two lines in an item", { items: ["a\nb"] }],
    ["the same item twice", { items: ["a", { text: "a" }] }],
    ["nobody to ask", { items: [{ text: "a", by: [] }] }],
    ["a key that is not known", { items: [{ text: "a", who: "me" }] }],
    ["a number for an item", { items: [5] }],
  ])("refuses %s", (_, value) => {
    expect(checklistConfig.safeParse(value).success).toBe(false);
  });

  it("reads a text as an item, and keeps nothing that says nothing", () => {
    expect(checklistConfig.parse({ items: ["a", { text: "b", otherThanRequester: false }] })).toEqual({
      items: [{ text: "a" }, { text: "b" }],
    });
  });
});
