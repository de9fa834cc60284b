import { expect, it } from "vitest";
import type { Engine } from "@/lib/engine/engine";
import type { DueWork, Taken } from "@/lib/worker/due-work";
import { WorkLoop } from "@/lib/worker/work-loop";

const engine = { log: () => undefined, pool: {} } as unknown as Engine;

/** A hand on when a piece of work ends. */
function piece(id: string) {
  let end: (how: "well" | "badly") => void = () => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    end = (how) => (how === "well" ? resolve() : reject(new Error("the connection is gone")));
  });
  const taken: Taken = { name: id, ids: [id], run: () => ended.then(() => []) };
  return { taken, end };
}

/** Work of a database that can be away; what the loop did with it, in order. */
function databaseWith(pieces: Taken[]) {
  const seen: string[] = [];
  const changed = new EventTarget();
  const note = (what: string) => {
    seen.push(what);
    changed.dispatchEvent(new Event("change"));
  };
  const database = { away: false };
  const work: DueWork = {
    async take() {
      if (database.away) {
        note("no answer");
        throw new Error("the database does not answer");
      }
      const taken = pieces.shift();
      if (taken) note(`took ${taken.name}`);
      return taken;
    },
    nextInMs: async () => 60_000,
    release: async () => 0,
    async releaseIdle(_, underWay) {
      note(`gave back all but ${underWay.join(", ") || "nothing"}`);
      return 0;
    },
  };
  const until = async (what: string) => {
    while (!seen.includes(what))
      await new Promise((resolve) => changed.addEventListener("change", resolve, { once: true }));
  };
  return { work, database, seen, until };
}

it("gives back what it is not at once the database answers again, before it takes more", async () => {
  const [lost, on, next] = [piece("lost"), piece("on"), piece("next")];
  const pieces = [lost.taken, on.taken];
  const { work, database, seen, until } = databaseWith(pieces);
  const loop = new WorkLoop(engine, { concurrency: 8, sweepMs: 60_000 }, work);
  loop.start();
  await until("took on");
  database.away = true;
  lost.end("badly");
  await until("no answer");
  database.away = false;
  pieces.push(next.taken);
  loop.databaseIsBack();
  await until("took next");
  expect(seen.filter((what) => what !== "no answer")).toEqual([
    "took lost",
    "took on",
    "gave back all but on",
    "took next",
  ]);
  // What was under way then may have lost what it found: it is idle once it has ended.
  on.end("badly");
  await until("gave back all but next");
  next.end("well");
  await loop.stop(1_000);
});

it("leaves what failed for another reason to its lease, so that it is not tried again and again at once", async () => {
  const [bad, after] = [piece("bad"), piece("after")];
  const pieces = [bad.taken];
  const { work, seen, until } = databaseWith(pieces);
  const loop = new WorkLoop(engine, { concurrency: 8, sweepMs: 60_000 }, work);
  loop.start();
  await until("took bad");
  pieces.push(after.taken);
  bad.end("badly");
  await until("took after");
  after.end("well");
  await loop.stop(1_000);
  expect(seen).toEqual(["took bad", "took after"]);
});
