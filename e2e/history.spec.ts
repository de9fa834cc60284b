import { readFile } from "node:fs/promises";
import { verifyLines } from "@/lib/ledger/verify";
import { callApi } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { mainOf } from "./locators";
import { makeOwnProject } from "./own-project";
import { uses } from "./who-uses-what";

// Goal: an auditor finds what happened, page by page and filter by filter, and takes the record away to verify it.

const holds = 30;

test("the ledger is filtered, paged, laid open and exported", async ({ signIn }) => {
  const { name: project } = await makeOwnProject(await signIn("ada"), { name: uses.history.project });
  const rita = await signIn("rita");
  for (let count = 1; count <= holds; count++) {
    const place = { project, environment: "staging" };
    await callApi(rita, "POST", "/holds", { data: { ...place, reason: `look ${count}` } });
    const lifted = await callApi(rita, "DELETE", `/holds/${project}/staging?why=looked`);
    expect(lifted.status).toBe(200);
  }
  const { body: head } = await callApi<{ seq: number; hash: string }>(rita, "GET", `/ledger/${project}/head`);
  const vera = await signIn("vera");
  await vera.goto(`/history?project=${project}`);
  const entries = vera.getByRole("table").locator("tbody tr");
  const first = entries.first();

  await test.step("newest first, a page at a time, and back", async () => {
    await expect(first).toContainText("environment.released");
    await expect(entries).toHaveCount(50);
    await expect(mainOf(vera).getByText(`entries ${head.seq} to ${head.seq - 49} of ${head.seq}`)).toBeVisible();
    await expect(vera.getByRole("button", { name: "Newer" })).toBeDisabled();
    await expectAccessible(vera, "history");
    await vera.getByRole("button", { name: "Older" }).click();
    await expect(mainOf(vera).getByText(`entries ${head.seq - 50} to 1 of ${head.seq}`)).toBeVisible();
    await expect(entries).toHaveCount(head.seq - 50);
    await expect(entries.last()).toContainText("project.applied");
    await vera.getByRole("button", { name: "Newer" }).click();
    await expect(first).toContainText("environment.released");
  });

  await test.step("by what happened, where, and by whom; the address keeps it", async () => {
    await vera.getByRole("button", { name: "Releases", exact: true }).click();
    await expect(entries).toHaveCount(3);
    await expect(first).toContainText("api@v1.2.0");
    await vera.getByRole("button", { name: "All", exact: true }).click();
    await expect(entries).toHaveCount(50);
    await mainOf(vera).getByLabel("environment").selectOption("production");
    await expect(entries).toHaveCount(1);
    await expect(first).toContainText("deployment.found");
    await mainOf(vera).getByLabel("environment").selectOption("");
    await vera.getByRole("button", { name: "More" }).click();
    await mainOf(vera).getByLabel("By", { exact: true }).selectOption("Ada Okafor");
    await expect(entries).toHaveCount(4);
    await expectAccessible(vera, "history with every filter");
    await vera.reload();
    await expect(entries).toHaveCount(4);
    await mainOf(vera).getByLabel("Release").fill("api@v1.1.0");
    await mainOf(vera).getByLabel("Release").press("Enter");
    await expect(entries).toHaveCount(1);
  });

  await test.step("an entry is laid open, with its hashes", async () => {
    await first.getByRole("button").click();
    await expect(mainOf(vera).getByText("hash before")).toBeVisible();
    await expect(vera.getByRole("link", { name: "api@v1.1.0" }).last()).toHaveAttribute(
      "href",
      `/releases/${project}/api%40v1.1.0`,
    );
    await expectAccessible(vera, "history with an open entry");
  });

  await test.step("the export is the whole chain, and verifies without the server", async () => {
    const [download] = await Promise.all([
      vera.waitForEvent("download"),
      vera.getByRole("link", { name: "Export" }).click(),
    ]);
    const lines = (await readFile(await download.path(), "utf8")).trim().split("\n");
    expect(lines).toHaveLength(head.seq);
    expect(await verifyLines(lines, { project, head })).toMatchObject({ kind: "intact", entries: head.seq });
    const edited = lines.map((line) => line.replace('"look 7"', '"look 8"'));
    expect(await verifyLines(edited, { project, head })).toMatchObject({ kind: "broken" });
    await vera.getByRole("button", { name: "Verify…" }).click();
    await expect(vera.getByRole("dialog")).toContainText(`${head.seq}:${head.hash}`);
    await expectAccessible(vera, "how to verify the ledger");
  });
});
