import { describe, expect, it } from "vitest";
import { json, prepared, type SqlValue, sql } from "@/lib/db/sql";

describe("sql", () => {
  it("makes every value a parameter", () => {
    const statement = sql`select * from hold where project = ${"a'; drop table hold; --"} and held_at > ${"2026-11-21"}`;
    expect(statement.text).toBe("select * from hold where project = $1 and held_at > $2");
    expect(statement.values).toEqual(["a'; drop table hold; --", "2026-11-21"]);
  });

  it("makes another piece part of the text, and counts its parameters on", () => {
    const inner = sql`service = ${"api"}`;
    const either = sql`(${inner} or service = ${"web"})`;
    const statement = sql`select 1 where ${either} and digest = ${"d"}${sql.empty} limit ${5}`;
    expect(statement.text).toBe("select 1 where (service = $1 or service = $2) and digest = $3 limit $4");
    expect(statement.values).toEqual(["api", "web", "d", 5]);
  });

  it("joins pieces, also none and ones without values", () => {
    expect(sql.join([], " and ").text).toBe("");
    const joined = sql`where ${sql.join([sql`a = ${1}`, sql`b`, sql`c = ${3}`], " and ")}`;
    expect(joined.text).toBe("where a = $1 and b and c = $2");
    expect(joined.values).toEqual([1, 3]);
    expect(
      sql`in (${sql.join(
        ["x", "y"].map((one) => sql`${one}`),
        ", ",
      )})`.text,
    ).toBe("in ($1, $2)");
  });

  it("refuses undefined, which Postgres would take for null", () => {
    const missing = undefined as unknown as SqlValue;
    expect(() => sql`select ${missing}`).toThrow('value 1 of the statement "select ?" is undefined');
  });

  it("keeps text and values under a name", () => {
    expect(prepared("one", sql`select ${1}`)).toMatchObject({ name: "one", text: "select $1", values: [1] });
  });

  it("writes JSON, and refuses what JSON cannot say", () => {
    expect(json([{ a: undefined, b: [1] }])).toBe('[{"b":[1]}]');
    expect(() => json(undefined)).toThrow("undefined has no form in JSON");
  });
});
