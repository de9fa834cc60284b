import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { editPolicy } from "@/lib/commands/edit-policy";
import { sql } from "@/lib/db/sql";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { Forbidden, InvalidInput, NotFound } from "@/lib/pipeline/errors";
import { loadPolicy, policyOf } from "@/lib/queries/policy";

let world: DemoWorld;
let text: string;
beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
  text = (await loadPolicy(world.pool, world.people.ada, "demo", world.engine.now())).text;
});
afterAll(() => world?.close());

const edit = (change: object, by = world.people.ada) =>
  editPolicy(world.engine, by, { text, project: "demo", edit: { environment: "production", ...change } });

describe("an edit of a gate", () => {
  it("gives the text with that gate changed, and stores nothing", async () => {
    const print = () =>
      world.pool.query(
        sql`select (select count(*) from ledger_entry) as entries, (select max(version) from project_file) as version`,
      );
    const before = await print();
    const found = await edit({ kind: "replace", place: 1, item: { soak: { in: "staging", for: "4h" } } });
    expect(found).toEqual({ kind: "policyEdited", project: "demo", text: text.replace("for: 1s }", "for: 4h }") });
    expect(await print()).toEqual(before);
    if (found.kind !== "policyEdited") return;
    expect(policyOf(found.text, "demo").environments[1]).toMatchObject({
      name: "production",
      requires: { all: ["staging"] },
      gates: [{ kind: "approval" }, { kind: "soak", config: { in: "staging", for: "4h" }, demand: "4h in staging" }],
    });
  });

  it("says what is wrong by field, with the value and what is allowed, by the rules of the whole file", async () => {
    expect(await edit({ kind: "replace", place: 1, item: { soak: { in: "nowhere", for: "long" } } })).toMatchObject({
      kind: "gateErrors",
      errors: [{ field: "for", value: '"long"', allowed: expect.stringContaining("2h") }],
    });
    expect(await edit({ kind: "add", item: { soak: { in: "nowhere", for: "2h" } } })).toMatchObject({
      errors: [
        {
          field: "in",
          path: "spec.environments[1].gates[2].soak.in",
          value: '"nowhere"',
          allowed: "staging, production",
        },
      ],
    });
    expect(await edit({ kind: "replace", place: 0, item: { approval: { from: ["ops"] } } })).toMatchObject({
      errors: [{ field: "from[0]", value: '"ops"' }],
    });
    expect(await edit({ kind: "add", item: { freeze: { timezone: "UTC", deny: [{ name: "x" }] } } })).toMatchObject({
      errors: [{ field: "deny[0]", message: "must have one of rrule, from" }],
    });
    expect(await edit({ kind: "require", requires: { all: ["production"] } })).toMatchObject({
      errors: [{ field: "all[0]" }],
    });
    const cycle = await editPolicy(world.engine, world.people.ada, {
      ...{ text, project: "demo" },
      edit: { kind: "require", environment: "staging", requires: { all: ["production"] } },
    });
    const paths = ["spec.environments[1].requires.all[0]", "spec.environments[1].gates[1].soak.in"];
    expect(cycle).toMatchObject({ kind: "gateErrors", errors: paths.map((path) => ({ path })) });
    if (cycle.kind === "gateErrors") expect(cycle.errors.every((one) => one.field === undefined)).toBe(true);
  });

  it("is refused where the text has no such gate, or says it in a way that no form keeps", async () => {
    expect(await edit({ kind: "remove", place: 7 })).toMatchObject({ kind: "rejection", code: "notThere" });
    const anchored = text.replace(
      "- soak: { in: staging, for: 1s }",
      "- &s { soak: { in: staging, for: 1s } }\n        - *s",
    );
    const input = { text: anchored, project: "demo", edit: { kind: "remove", environment: "production", place: 1 } };
    expect(await editPolicy(world.engine, world.people.ada, input)).toMatchObject({
      kind: "rejection",
      code: "byHandOnly",
    });
  });

  it("is for those who may configure the project, and of a form that is known", async () => {
    for (const who of ["rita", "arjun", "vera"] as const) {
      await expect(edit({ kind: "remove", place: 0 }, world.people[who])).rejects.toThrow(Forbidden);
    }
    await expect(edit({ kind: "remove", place: 0 }, { ...world.people.vera, grants: [] })).rejects.toThrow(NotFound);
    await expect(edit({ kind: "drop", place: 0 })).rejects.toThrow(InvalidInput);
    await expect(edit({ kind: "remove", place: -1 })).rejects.toThrow(InvalidInput);
    await expect(edit({ kind: "add", item: "soak" })).rejects.toThrow(InvalidInput);
  });

  it("is seen by whoever may see the project, and by nobody else", async () => {
    const seen = await loadPolicy(world.pool, world.people.vera, "demo", world.engine.now());
    expect(seen).toMatchObject({
      mayConfigure: false,
      policy: { slos: [], environments: [{ name: "staging" }, { name: "production" }] },
    });
    const stranger = { ...world.people.vera, grants: [] };
    await expect(loadPolicy(world.pool, stranger, "demo", world.engine.now())).rejects.toThrow(NotFound);
  });
});
