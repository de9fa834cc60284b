import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkConnection } from "@/lib/commands/check-connection";
import type { CommandContext } from "@/lib/commands/context";
import { createPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { Forbidden, InvalidInput, NotFound } from "@/lib/pipeline/errors";
import { ExternalError } from "@/lib/ports/external-error";
import { administrator, minute, personWith } from "@/lib/queries/testing/matrix-fixture";

let test: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  test = await createTestDatabase();
  pool = createPool(test.url);
  for (const kind of ["registry", "kubernetes", "prometheus"]) {
    await pool.execute(sql`insert into connection (name, kind, projects, spec, version, applied_by, applied_at, trouble)
      values (${kind}, ${kind}, array['shop'], '{}', 1, '{}', now(), 'it was down')`);
  }
});
afterAll(async () => {
  await pool.close();
  await test.close();
});

type Check = (signal?: AbortSignal) => Promise<void>;

/** A world in which every system's check is `check`; who asks for what is noted. */
function worldOf(check: Check) {
  const asked: string[] = [];
  const give = (kind: string) => async (project: string, name: string) => {
    asked.push(`${kind} ${project}/${name}`);
    return { check } as never;
  };
  const world = { registry: give("registry"), target: give("target"), metrics: give("metrics") } as never;
  const context: CommandContext = { pool, world, now: () => minute(1) };
  return { context, asked };
}

async function stored(name: string) {
  const [row] = await pool.query<{ trouble: string | null; checkedAt: string | null }>(
    sql`select trouble, checked_at as "checkedAt" from connection where name = ${name}`,
  );
  return row;
}

describe("a connection's check", () => {
  it("asks the system of its kind, and keeps that it answered", async () => {
    const { context, asked } = worldOf(async () => undefined);
    for (const name of ["registry", "kubernetes", "prometheus"]) {
      expect(await checkConnection(context, administrator, { name })).toMatchObject({ kind: "checked", trouble: null });
      expect(await stored(name)).toEqual({ trouble: null, checkedAt: minute(1) });
    }
    expect(asked).toEqual(["registry shop/registry", "target shop/kubernetes", "metrics shop/prometheus"]);
  });

  it("tells and keeps the system's own words where it refuses", async () => {
    const { context } = worldOf(async () => {
      throw new ExternalError({
        system: "registry x",
        code: "unauthorized",
        message: "401 bad login",
        retryable: false,
      });
    });
    const answer = await checkConnection(context, administrator, { name: "registry" });
    expect(answer.trouble).toBe("registry x: 401 bad login");
    expect((await stored("registry"))?.trouble).toBe("registry x: 401 bad login");
  });

  it("ends by itself where the other side never answers, whether it heeds the signal or not", async () => {
    let told = false;
    const { context } = worldOf((signal) => {
      signal?.addEventListener("abort", () => {
        told = true;
      });
      return new Promise(() => undefined);
    });
    const answer = await checkConnection(context, administrator, { name: "kubernetes" }, 30);
    expect(answer.trouble).toBe("connection kubernetes: no answer within 0.03 s");
    expect(told).toBe(true);
  });

  it("says nothing of an error that is not the system's", async () => {
    const { context } = worldOf(async () => {
      throw new Error("password hunter2");
    });
    await expect(checkConnection(context, administrator, { name: "registry" })).rejects.toThrow("hunter2");
    expect((await stored("registry"))?.trouble).not.toContain("hunter2");
  });

  it("is for who configures a project that uses it, and for administrators of the installation", async () => {
    const { context } = worldOf(async () => undefined);
    const ask = (principal: typeof administrator) => checkConnection(context, principal, { name: "registry" });
    await expect(ask(personWith(["shop", "administrator"]))).resolves.toMatchObject({ trouble: null });
    for (const role of ["viewer", "releaseManager", "approver"] as const) {
      await expect(ask(personWith(["shop", role]))).rejects.toBeInstanceOf(Forbidden);
    }
    await expect(ask(personWith(["other", "administrator"]))).rejects.toBeInstanceOf(Forbidden);
    await expect(checkConnection(context, administrator, { name: "none" })).rejects.toBeInstanceOf(NotFound);
  });
});

describe("an address that comes with the question", () => {
  it.each(["url", "registry", "spec", "username", "password", "realms"])(
    "(%s) is refused before anything is asked: a stored secret goes where the stored connection says, and nowhere else",
    async (key) => {
      const { context, asked } = worldOf(async () => undefined);
      const given = { name: "registry", [key]: "https://evil.example" };
      await expect(checkConnection(context, administrator, given)).rejects.toThrow(InvalidInput);
      expect(asked).toEqual([]);
    },
  );
});
