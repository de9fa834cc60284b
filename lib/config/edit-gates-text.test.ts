import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editGatesText } from "@/lib/config/edit-gates-text";
import { editedEnvironment, type GateEdit } from "@/lib/config/gate-edit";
import { printDocuments } from "@/lib/config/print";
import { projectFileArbitrary } from "@/lib/config/testing/project-file-arbitrary";
import { type JsonValue, readYaml } from "@/lib/config/yaml-source";

const file = `# The shop's own file.
apiVersion: waybill.dev/v1
kind: Project
metadata: { name: shop }   # never rename
spec:
  people: &people
    - {group: ops,role: approver}
  environments:
    - name: staging # first
      tag: staging

      strategy: { rolling: {} }
    - name: production
      tag: prod
      requires: { all: [staging] } # the same bytes
      gates:
        # two people, always
        - approval: { count: 2, from: [ ops ] }   # agreed in May
        # by calendar
        - freeze:  # see the wiki
            timezone: Europe/Paris   # head office
            deny:
              - { name: no Fridays, rrule: "FREQ=WEEKLY;BYDAY=FR", start: "00:00" } # fridays
              # more to come
        - soak: {in: staging,for: 2h}
        - image:
            nonRoot: true
            labels:
              - a.b   # first
              - c.d
          shadow: true # for now
        # an error budget, one day
      strategy: { rolling: {} }
    - { name: edge, gates: [{ soak: { in: staging, for: 1h } }, { image: {nonRoot: true} }] }
---
# Another document.
kind: Other
`;

type Edit = Omit<Extract<GateEdit, { kind: "replace" }>, "environment"> | { [Key in string]: unknown };
const edited = (edit: Edit, text = file): string => {
  const found = editGatesText(text, "shop", { environment: "production", ...edit } as GateEdit);
  return found.kind === "edited" ? found.text : found.kind;
};

/** What went and what came, without what stayed the same before and behind. */
function changed(after: string, before = file): { cut: string[]; put: string[] } {
  const [old, now] = [before.split("\n"), after.split("\n")];
  while (old.length > 0 && now.length > 0 && old[0] === now[0]) [old.shift(), now.shift()];
  while (old.length > 0 && now.length > 0 && old.at(-1) === now.at(-1)) [old.pop(), now.pop()];
  return { cut: old.map((line) => line.trim()), put: now.map((line) => line.trim()) };
}

describe("a gate that is edited in a form", () => {
  it.each<[string, number, unknown, { cut: string[]; put: string[] }]>([
    [
      "a value in brackets",
      0,
      { approval: { count: 3, from: ["ops"] } },
      {
        cut: ["- approval: { count: 2, from: [ ops ] }   # agreed in May"],
        put: ["- approval: { count: 3, from: [ ops ] }   # agreed in May"],
      },
    ],
    [
      "an item and a key more in brackets",
      0,
      { approval: { count: 2, from: ["ops", "a, b"], stepUp: "5m" } },
      {
        cut: ["- approval: { count: 2, from: [ ops ] }   # agreed in May"],
        put: ['- approval: { count: 2, from: [ ops, "a, b" ], stepUp: 5m }   # agreed in May'],
      },
    ],
    [
      "a key less in brackets",
      0,
      { approval: { from: ["ops"] } },
      {
        cut: ["- approval: { count: 2, from: [ ops ] }   # agreed in May"],
        put: ["- approval: { from: [ ops ] }   # agreed in May"],
      },
    ],
    [
      "a value with a comment behind it",
      1,
      {
        freeze: { timezone: "UTC", deny: [{ name: "no Fridays", rrule: "FREQ=WEEKLY;BYDAY=FR", start: "00:00" }] },
      },
      { cut: ["timezone: Europe/Paris   # head office"], put: ["timezone: UTC   # head office"] },
    ],
    [
      "a quoted value",
      1,
      {
        freeze: {
          ...{ timezone: "Europe/Paris" },
          deny: [{ name: "no Fridays", rrule: "FREQ=WEEKLY;BYDAY=FR", start: "06:00" }],
        },
      },
      {
        cut: ['- { name: no Fridays, rrule: "FREQ=WEEKLY;BYDAY=FR", start: "00:00" } # fridays'],
        put: ['- { name: no Fridays, rrule: "FREQ=WEEKLY;BYDAY=FR", start: "06:00" } # fridays'],
      },
    ],
    [
      "an item and a key more on lines",
      1,
      {
        freeze: {
          timezone: "Europe/Paris",
          deny: [
            { name: "no Fridays", rrule: "FREQ=WEEKLY;BYDAY=FR", start: "00:00" },
            { name: "the fair", from: "2026-12-01T00:00", to: "2026-12-05T00:00" },
          ],
          exempt: ["P0"],
        },
      },
      {
        cut: ["# more to come"],
        put: ["- { name: the fair, from: 2026-12-01T00:00, to: 2026-12-05T00:00 }", "# more to come", "exempt: [P0]"],
      },
    ],
    [
      "a soak",
      2,
      { soak: { in: "staging", for: "4h" } },
      { cut: ["- soak: {in: staging,for: 2h}"], put: ["- soak: {in: staging,for: 4h}"] },
    ],
    ["a shadow put on", 2, { soak: { in: "staging", for: "2h" }, shadow: true }, { cut: [], put: ["shadow: true"] }],
    [
      "a shadow taken off",
      3,
      { image: { nonRoot: true, labels: ["a.b", "c.d"] } },
      { cut: ["shadow: true # for now"], put: [] },
    ],
    [
      "an item less on lines",
      3,
      { image: { nonRoot: true, labels: ["a.b"] }, shadow: true },
      { cut: ["- c.d"], put: [] },
    ],
    [
      "a key less and another on lines",
      3,
      { image: { labels: ["a.b", "c.d"], maxSize: "200MB" }, shadow: true },
      {
        cut: ["nonRoot: true", "labels:", "- a.b   # first", "- c.d"],
        put: ["labels:", "- a.b   # first", "- c.d", "maxSize: 200MB"],
      },
    ],
  ])("changes nothing but %s", (_, place, item, lines) => {
    expect(changed(edited({ kind: "replace", place, item }))).toEqual(lines);
  });

  it("is the same text where nothing is another", () => {
    expect(edited({ kind: "replace", place: 2, item: { soak: { in: "staging", for: "2h" } } })).toBe(file);
  });
});

describe("the list of gates", () => {
  it("takes another at its end, before what somebody noted there", () => {
    const item = { vulnerabilities: { critical: 0, high: 0 } };
    expect(changed(edited({ kind: "add", item }))).toEqual({
      cut: [],
      put: ["- vulnerabilities: { critical: 0, high: 0 }"],
    });
    expect(changed(edited({ kind: "add", environment: "edge", item })).put).toEqual([
      "- { name: edge, gates: [{ soak: { in: staging, for: 1h } }, { image: {nonRoot: true} }, { vulnerabilities: { critical: 0, high: 0 } }] }",
    ]);
    const long = {
      freeze: {
        timezone: "UTC",
        deny: [0, 1].map((n) => ({ name: `n${n}`, from: `2026-12-0${n + 1}T00:00` })),
        exempt: ["P0"],
      },
    };
    expect(changed(edited({ kind: "add", item: long })).put).toEqual([
      "- freeze:",
      "timezone: UTC",
      "deny:",
      "- { name: n0, from: 2026-12-01T00:00 }",
      "- { name: n1, from: 2026-12-02T00:00 }",
      "exempt: [P0]",
    ]);
  });

  it("begins where there was none", () => {
    const item = { image: { nonRoot: true } };
    const put = ["gates:", "- image: { nonRoot: true }"];
    expect(changed(edited({ kind: "add", environment: "staging", item }))).toEqual({ cut: [], put });
    const empty = file.replace("tag: staging\n", "tag: staging\n      gates: [] # none yet\n");
    const [one, two] = edited({ kind: "add", environment: "staging", item }, empty).split("\n").slice(10, 12);
    expect([one?.trim(), two?.trim()]).toEqual(["gates:", "- image: { nonRoot: true } # none yet"]);
    const flow = file.replace(/, gates: \[.*\] \}/, " }");
    expect(edited({ kind: "add", environment: "edge", item }, flow)).toContain(
      "- { name: edge, gates: [{ image: { nonRoot: true } }] }",
    );
  });

  it("loses one with the comment above it, and the last one too", () => {
    expect(changed(edited({ kind: "remove", place: 0 }))).toEqual({
      cut: ["# two people, always", "- approval: { count: 2, from: [ ops ] }   # agreed in May"],
      put: [],
    });
    expect(changed(edited({ kind: "remove", environment: "edge", place: 0 })).put).toEqual([
      "- { name: edge, gates: [{ image: {nonRoot: true} }] }",
    ]);
    expect(changed(edited({ kind: "remove", environment: "edge", place: 1 })).put).toEqual([
      "- { name: edge, gates: [{ soak: { in: staging, for: 1h } }] }",
    ]);
    const one = edited({ kind: "remove", environment: "edge", place: 0 });
    expect(edited({ kind: "remove", environment: "edge", place: 0 }, one)).toContain("- { name: edge, gates: [] }");
  });

  it("has another order, in which each comes with its comments", () => {
    const after = edited({ kind: "move", place: 0, to: 1 });
    expect(changed(after).put[0]).toBe("# by calendar");
    expect(changed(after).put.slice(-2)).toEqual([
      "# two people, always",
      "- approval: { count: 2, from: [ ops ] }   # agreed in May",
    ]);
    expect(edited({ kind: "move", place: 1, to: 0 }, after)).toBe(file);
    expect(edited({ kind: "move", place: 3, to: 0 }, edited({ kind: "move", place: 0, to: 3 }))).toBe(file);
    expect(changed(edited({ kind: "move", environment: "edge", place: 0, to: 1 })).put).toEqual([
      "- { name: edge, gates: [{ image: {nonRoot: true} }, { soak: { in: staging, for: 1h } }] }",
    ]);
  });

  it("has what must have succeeded before beside it", () => {
    expect(changed(edited({ kind: "require", requires: { all: ["staging", "edge"] } })).put).toEqual([
      "requires: { all: [staging, edge] } # the same bytes",
    ]);
    expect(changed(edited({ kind: "require", requires: { any: ["staging"] } })).put).toEqual([
      "requires: { any: [staging] } # the same bytes",
    ]);
    expect(changed(edited({ kind: "require", requires: null }))).toEqual({
      cut: ["requires: { all: [staging] } # the same bytes"],
      put: [],
    });
    expect(changed(edited({ kind: "require", environment: "staging", requires: { all: ["edge"] } })).put).toEqual([
      "requires: { all: [edge] }",
    ]);
    expect(changed(edited({ kind: "require", environment: "edge", requires: { all: ["staging"] } })).put[0]).toContain(
      "{ name: edge, requires: { all: [staging] }, gates",
    );
  });
});

describe("what no form can edit", () => {
  const anchored = file
    .replace("- soak: {in: staging,for: 2h}", "- &soak { soak: { in: staging, for: 2h } }")
    .replace("gates: [{ soak: { in: staging, for: 1h } }", "gates: [*soak");

  it("is a gate that stands for others too: it is left to the text", () => {
    expect(edited({ kind: "replace", place: 2, item: { soak: { in: "staging", for: "3h" } } }, anchored)).toBe(
      "byHandOnly",
    );
    expect(edited({ kind: "remove", place: 2 }, anchored)).toBe("byHandOnly");
    expect(edited({ kind: "replace", place: 0, item: { approval: { from: ["ops"] } } }, anchored)).toContain("*soak");
    const own = edited(
      { kind: "replace", environment: "edge", place: 0, item: { soak: { in: "staging", for: "3h" } } },
      anchored,
    );
    expect(own).toContain("gates: [{ soak: { in: staging, for: 3h } }, {");
    expect(own).toContain("- &soak { soak: { in: staging, for: 2h } }");
  });

  it("is what is not there", () => {
    expect(edited({ kind: "remove", place: 9 })).toBe("notThere");
    expect(edited({ kind: "add", environment: "nowhere", item: {} })).toBe("notThere");
    expect(editGatesText(file, "other", { kind: "remove", environment: "production", place: 0 })).toEqual({
      kind: "notThere",
    });
    expect(editGatesText("a: [", "shop", { kind: "remove", environment: "production", place: 0 })).toEqual({
      kind: "notThere",
    });
    expect(editGatesText("- x\n", "shop", { kind: "remove", environment: "production", place: 0 })).toEqual({
      kind: "notThere",
    });
  });

  it("takes a value for a value, whatever it looks like", () => {
    for (const odd of [
      "a: b",
      "# no",
      "- x",
      "*soak",
      "&a",
      "{",
      "[x",
      "yes",
      "null",
      "12",
      "",
      " pad ",
      "a\nb",
      "'q'",
      '"d"',
      "!t",
      "a, b",
      "%x",
      "@x",
      "`x",
    ]) {
      for (const [place, item] of [
        [0, { approval: { count: 2, from: ["ops", odd] } }],
        [2, { soak: { in: odd, for: "2h" } }],
        [3, { image: { nonRoot: true, labels: ["a.b", odd] }, shadow: true }],
      ] as const) {
        expect(edited({ kind: "replace", place, item }), JSON.stringify(odd)).not.toBe("byHandOnly");
      }
      expect(edited({ kind: "add", item: { [`k${odd}`]: odd } }), JSON.stringify(odd)).not.toBe("byHandOnly");
    }
  });
});

describe("for every valid project file", () => {
  type Place = { name: string; requires?: JsonValue; gates?: JsonValue[] };
  const kinds = ["add", "replace", "remove", "move", "require"] as const;

  it("an edit is written down, says what it should, and leaves every other gate, line and document as it was", () => {
    const input = fc.tuple(
      projectFileArbitrary,
      projectFileArbitrary,
      fc.nat(),
      fc.nat(),
      fc.nat(),
      fc.constantFrom(...kinds),
    );
    fc.assert(
      fc.property(input, ([sources, others, where, at, to, kind]) => {
        const text = printDocuments(sources.map((source) => ({ source })));
        const places = (sources: JsonValue[]) =>
          (sources.at(-1) as { spec: { environments: Place[] } }).spec.environments;
        const environments = places(sources);
        const place = environments[where % environments.length] as Place;
        const gates = place.gates ?? [];
        const donor = places(others).flatMap((one) => one.gates ?? []);
        const item = (donor[to % Math.max(1, donor.length)] ?? { image: { nonRoot: true } }) as Record<
          string,
          JsonValue
        >;
        fc.pre(kind === "add" || kind === "require" || gates.length > 0);
        const spot = gates.length === 0 ? 0 : at % gates.length;
        const edit = {
          ...{ kind, environment: place.name },
          ...(kind === "add" || kind === "replace" ? { item } : {}),
          ...(kind === "replace" || kind === "remove" || kind === "move" ? { place: spot } : {}),
          ...(kind === "move" ? { to: to % gates.length } : {}),
          ...(kind === "require" ? { requires: at % 2 === 0 ? null : { any: ["a", "b c"] } } : {}),
        } as GateEdit;
        const found = editGatesText(text, "shop", edit);
        if (found.kind !== "edited") throw new Error(`${JSON.stringify(edit)} is ${found.kind} of\n${text}`);
        const read = readYaml(found.text);
        if (!read.ok) throw new Error(JSON.stringify(read.errors));
        const after = read.documents.map((one) => one.value);
        expect(after.slice(0, -1)).toEqual(sources.slice(0, -1));
        for (const [index, one] of environments.entries()) {
          const now = places(after)[index];
          expect(now).toEqual(one === place ? editedEnvironment(one, edit) : one);
        }
        const lines = text.split("\n");
        const block = lines.findIndex(
          (line) => line === `    - name: ${place.name}` || line === `    - name: "${place.name}"`,
        );
        if (block > 0) expect(found.text.split("\n").slice(0, block)).toEqual(lines.slice(0, block));
      }),
      { numRuns: 100 },
    );
  });
});
