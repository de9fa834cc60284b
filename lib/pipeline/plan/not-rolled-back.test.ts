import { expect, it } from "vitest";
import { notRolledBack, type StayingFacts } from "@/lib/pipeline/plan/not-rolled-back";
import { aPlan, aService } from "@/lib/pipeline/promotion/testing/a-plan";

const facts: StayingFacts = {
  undone: [{ release: "backend@v2", migration: "none" }],
  config: { verified: "a", present: "a", seenAt: null },
  reads: { configMaps: [], secrets: [], volumeClaims: [] },
  together: ["backend"],
};
const tag = { service: "backend", tag: "prod" };
const said = (
  over: Partial<StayingFacts>,
  plan = aPlan({ kind: "rollback", services: [aService("backend")], tags: [tag] }),
) => {
  const [planned] = plan.services;
  if (!planned) throw new Error("a plan has a service");
  return Object.fromEntries(notRolledBack(plan, planned, { ...facts, ...over }).map(({ id, text }) => [id, text]));
};

const table: [string, Partial<StayingFacts>, "config" | "data" | "services", string | undefined][] = [
  ["nothing read", {}, "config", "Configuration: the present one stays; the pods read no config map and no secret"],
  ["nothing seen", { reads: null }, "config", "Configuration: the present one stays; what the pods read was not seen"],
  [
    "names",
    { reads: { configMaps: ["app", "flags"], secrets: ["db"], volumeClaims: [] } },
    "config",
    "Configuration: the present one stays, and what is in the config maps app and flags and the secret db",
  ],
  [
    "a change",
    { config: { verified: "a", present: "b", seenAt: null } },
    "config",
    "Configuration: it changed since, and the present one stays; the pods read no config map and no secret",
  ],
  ["no migration", {}, "data", "Data: no migration lies between"],
  ["what was never announced", { undone: null }, "data", "Data: nobody said which migrations lie between"],
  [
    "migrations",
    {
      undone: [
        { release: "v4", migration: "irreversible" },
        { release: "v3", migration: null },
        { release: "v2", migration: "reversible" },
      ],
      reads: { configMaps: [], secrets: [], volumeClaims: ["data-0"] },
    },
    "data",
    "Data: no migration is undone: v4 (irreversible) and v2 (reversible), and what is in the volume data-0",
  ],
  ["silence", { undone: [{ release: "v3", migration: null }] }, "data", "Data: v3 did not say whether it migrates"],
  [
    "many",
    { undone: ["a", "b", "c", "d", "e", "f"].map((release) => ({ release, migration: null })) },
    "data",
    "Data: a, b, c and 3 more did not say whether it migrates",
  ],
  ["a service alone", {}, "services", undefined],
  [
    "one that moved with it",
    { together: ["backend", "chat"] },
    "services",
    "chat, which moved together with it, stays",
  ],
];

it.each(table)("what stays, of %s", (_, over, id, text) => {
  expect(said(over)[id]).toBe(text);
});

it("says of tags where none is moved back, and of other services only where they do not go back too", () => {
  expect(said({}).tags).toBeUndefined();
  const tagless = aPlan({ kind: "rollback", services: [aService("backend"), aService("chat")], tags: [] });
  expect(said({ together: ["backend", "chat"] }, tagless)).toEqual({
    config: expect.any(String),
    data: expect.any(String),
    tags: "Registry tags: production has none that would be moved",
  });
  expect(
    said({ together: ["backend", "chat"] }, aPlan({ services: [aService("backend")], tags: [] })),
  ).not.toHaveProperty("services");
});
