import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, expect, test, vi } from "vitest";
import { Refresher } from "@/components/live/refresher";

const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } } });
const leave: (() => void)[] = [];
afterEach(() => {
  for (const each of leave.splice(0)) each();
  client.clear();
});

/** A view that somebody looks at; counts how often it is read. */
async function look(path: string, watches?: object, read: () => Promise<number> = async () => 0) {
  const queryFn = vi.fn(read);
  const observer = new QueryObserver(client, { queryKey: ["view", path], queryFn, meta: { watches } });
  leave.push(observer.subscribe(() => undefined));
  await expect.poll(() => client.isFetching()).toBe(0);
  return queryFn;
}

test("only what a change concerns is read again", async () => {
  const veza = await look("/veza", { projects: ["veza"] });
  const other = await look("/other", { projects: ["other"] });
  new Refresher(client).changed([{ project: "veza", kind: "several" }]);
  await expect.poll(() => veza.mock.calls.length).toBe(2);
  expect(other).toHaveBeenCalledTimes(1);
});

test("a change that comes during a read is not lost, however many come", async () => {
  let release: (() => void) | undefined;
  let reads = 0;
  const slow = await look("/slow", undefined, async () => {
    reads += 1;
    if (reads === 2) await new Promise<void>((resolve) => (release = resolve));
    return reads;
  });
  const refresher = new Refresher(client);
  refresher.changed([{ project: "veza", kind: "first" }]);
  await expect.poll(() => release).toBeDefined();
  for (let index = 0; index < 5; index += 1) refresher.changed([{ project: "veza", kind: `later ${index}` }]);
  release?.();
  await expect.poll(() => client.getQueryData(["view", "/slow"])).toBe(3);
  expect(slow).toHaveBeenCalledTimes(3);
});

test("a read that fails does not stop what comes after", async () => {
  let fails = false;
  const read = await look("/fails", undefined, async () => {
    if (fails) throw new Error("down");
    return 1;
  });
  const refresher = new Refresher(client);
  fails = true;
  refresher.all();
  await expect.poll(() => read.mock.calls.length).toBe(2);
  refresher.all();
  await expect.poll(() => read.mock.calls.length).toBe(3);
});
