import { describe, expect, test } from "vitest";
import { diffDocuments, diffSources } from "@/lib/config/diff";
import { parseDocuments } from "@/lib/config/parse";
import { shopFile, shopFileWith } from "@/lib/config/testing/shop-file";

function documentsOf(text: string) {
  const file = parseDocuments(text);
  if (!file.ok) throw new Error(file.errors.map(({ path, message }) => `${path} ${message}`).join("\n"));
  return file.documents;
}

function changesTo(text: string) {
  return diffDocuments(documentsOf(shopFile), documentsOf(text)).flatMap(({ changes }) => changes);
}

describe("between two files", () => {
  test("the same file changes nothing", () => {
    expect(diffDocuments(documentsOf(shopFile), documentsOf(shopFile))).toEqual([
      { document: { kind: "Connection", name: "registry" }, status: "unchanged", changes: [] },
      { document: { kind: "Connection", name: "cluster" }, status: "unchanged", changes: [] },
      { document: { kind: "Project", name: "shop" }, status: "unchanged", changes: [] },
    ]);
  });

  test("comments and the order of keys change nothing", () => {
    expect(changesTo(shopFileWith("count: 2, from: [shop-approvers]", "from: [shop-approvers], count: 2"))).toEqual([]);
  });

  test("a changed value stands under the names around it, in the file's words", () => {
    expect(changesTo(shopFileWith("count: 2", "count: 1").replace("for: 2h", "for: 4h"))).toEqual([
      { path: "spec.environments[production].gates[approval].count", kind: "changed", before: 2, after: 1 },
      { path: "spec.environments[production].gates[soak].for", kind: "changed", before: "2h", after: "4h" },
    ]);
  });

  test("a gate that is gone is that gate, and not a change of the next one", () => {
    const approval = "        - approval: { count: 2, from: [shop-approvers], expiresAfter: 24h }\n";
    expect(changesTo(shopFileWith(approval, ""))).toEqual([
      {
        path: "spec.environments[production].gates[approval]",
        kind: "removed",
        before: { count: 2, from: ["shop-approvers"], expiresAfter: "24h" },
      },
    ]);
  });

  test("a list of names is one value", () => {
    const text = shopFileWith("environments: [production]", "environments: [production, staging]");
    expect(changesTo(text)).toEqual([
      {
        path: "spec.people[shop-approvers approver].environments",
        kind: "changed",
        before: ["production"],
        after: ["production", "staging"],
      },
    ]);
  });

  test("environments in another order are told as that", () => {
    const [before, after] = [
      [{ name: "a" }, { name: "b" }, { name: "c" }],
      [{ name: "b" }, { name: "a" }, { name: "d" }],
    ];
    expect(diffSources({ environments: before }, { environments: after })).toEqual([
      { path: "environments[c]", kind: "removed", before: { name: "c" } },
      { path: "environments[d]", kind: "added", after: { name: "d" } },
      { path: "environments", kind: "reordered", before: ["a", "b", "c"], after: ["b", "a", "d"] },
    ]);
  });

  test("documents are matched by kind and name, whatever their order", () => {
    const [registry, cluster, shop] = documentsOf(shopFile);
    if (!registry || !cluster || !shop) throw new Error("the shop has changed");
    const diff = diffDocuments([registry, cluster], [shop, registry]);
    expect(diff.map(({ document, status }) => [document.name, status])).toEqual([
      ["shop", "added"],
      ["registry", "unchanged"],
      ["cluster", "removed"],
    ]);
    expect(diff[2]?.changes).toMatchObject([{ path: "", kind: "removed" }]);
  });
});

describe("between two lists", () => {
  test.each([
    ["items without identity", [{ a: 1, b: 2 }], [{ a: 1, b: 3 }]],
    [
      "items of which two have one identity",
      [
        { url: "x", s: 1 },
        { url: "x", s: 2 },
      ],
      [{ url: "x", s: 1 }],
    ],
    ["a list that was empty", [], [1]],
  ])("%s are compared as one value", (_, before, after) => {
    expect(diffSources(before, after)).toEqual([{ path: "", kind: "changed", before, after }]);
  });

  test("an item and one that is named like its only key are not the same", () => {
    expect(diffSources([{ a: { name: "a" } }], [{ name: "a" }])).not.toEqual([]);
  });
});
