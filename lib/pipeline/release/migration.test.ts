import { expect, it } from "vitest";
import { type Migration, migrationLabel, migrationSaid } from "@/lib/pipeline/release/migration";

const table: [string | undefined, Migration | undefined, ReturnType<typeof migrationSaid>][] = [
  [undefined, undefined, { said: null }],
  [undefined, "none", { said: "none" }],
  ["reversible", undefined, { said: "reversible" }],
  ["irreversible", "irreversible", { said: "irreversible" }],
  ["maybe", undefined, { wrong: `the label ${migrationLabel} is "maybe"; it may be none, reversible, irreversible` }],
  ["", "none", { wrong: `the label ${migrationLabel} is ""; it may be none, reversible, irreversible` }],
  [
    "irreversible",
    "none",
    { wrong: `the image's label ${migrationLabel} says irreversible, the announcement says none` },
  ],
];

it.each(table)("of a label %j and an announcement %j", (label, announced, expected) => {
  const labels = { other: "x", ...(label === undefined ? {} : { [migrationLabel]: label }) };
  expect(migrationSaid(labels, announced)).toEqual(expected);
});
