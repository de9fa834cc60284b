import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type DocumentError, formatDocumentError } from "@/lib/config/document-error";
import { parseDocuments } from "@/lib/config/parse";
import { shopFile, shopFileWith } from "@/lib/config/testing/shop-file";
import { strategyFor } from "@/lib/pipeline/policy/project";

function documentsOf(text: string, known?: Parameters<typeof parseDocuments>[1]) {
  const file = parseDocuments(text, known);
  if (!file.ok) throw new Error(file.errors.map((error) => formatDocumentError(error)).join("\n"));
  return file.documents;
}

function errorsOf(text: string, known?: Parameters<typeof parseDocuments>[1]): DocumentError[] {
  const file = parseDocuments(text, known);
  if (file.ok) throw new Error("the file was accepted");
  return file.errors;
}

function projectOf(text: string) {
  const project = documentsOf(text).find((document) => document.kind === "Project");
  if (project?.kind !== "Project") throw new Error("no project");
  return project.project;
}

describe("a valid file", () => {
  test("gives connections with references to their secrets", () => {
    const [registry, cluster] = documentsOf(shopFile);
    expect(registry).toMatchObject({
      kind: "Connection",
      name: "registry",
      connection: {
        name: "registry",
        projects: ["shop"],
        kind: "registry",
        url: "https://registry.example.com",
        username: "env:REGISTRY_USER",
        password: "file:/run/secrets/registry",
        realms: [],
        redirectHosts: [],
        insecureHttp: false,
      },
    });
    expect(cluster).toMatchObject({
      connection: {
        kind: "kubernetes",
        access: { kind: "kubeconfig", kubeconfig: "file:/etc/waybill/shop.kubeconfig" },
      },
    });
  });

  test("gives a project with durations in milliseconds, defaults and derived facts", () => {
    const project = projectOf(shopFile);
    expect(project.people).toEqual([
      { kind: "group", group: "shop-release", role: "releaseManager" },
      { kind: "group", group: "shop-approvers", role: "approver", environments: ["production"] },
      { kind: "person", email: "ana@example.com", role: "administrator" },
    ]);
    expect(project.environments).toEqual([
      {
        name: "staging",
        position: 0,
        tag: "staging",
        gates: [],
        strategy: { kind: "rolling", deadlineMs: 600_000 },
        verification: { health: [], smoke: [], watchMs: 0 },
        onFailure: "rollBack",
        queue: "fifo",
        autoPromote: "off",
        protected: false,
      },
      {
        name: "production",
        position: 1,
        tag: "prod",
        requires: { match: "all", environments: ["staging"] },
        gates: [
          { kind: "approval", count: 2, from: ["shop-approvers"], expiresAfterMs: 86_400_000 },
          { kind: "soak", in: "staging", forMs: 7_200_000 },
        ],
        strategy: { kind: "rolling", maxSurge: 1, maxUnavailable: 0, deadlineMs: 300_000 },
        verification: {
          health: [{ url: "https://{service}.example.com/health", status: 200, forMs: 30_000 }],
          smoke: [
            { url: "https://{service}.example.com/ready", status: 204, jsonPath: "$.checks[0].state", equals: "ok" },
          ],
          watchMs: 900_000,
        },
        onFailure: "hold",
        queue: "newest",
        autoPromote: "off",
        protected: true,
      },
    ]);
    expect(project.services[1]?.targets.production).toEqual({
      ref: {
        kind: "kubernetes",
        connection: "cluster",
        namespace: "shop",
        workload: { kind: "statefulSet", name: "search" },
        container: "search",
      },
      strategy: { kind: "rolling", maxUnavailable: "25%", deadlineMs: 1_200_000 },
    });
  });

  test("is plain JSON, so that a stored policy is the same policy", () => {
    const documents = documentsOf(shopFile);
    expect(JSON.parse(JSON.stringify(documents))).toEqual(documents);
  });

  test("keeps each document's own text, with its comments", () => {
    const documents = documentsOf(shopFile.replace("kind: Project\n", "kind: Project # the shop\n"));
    expect(documents.map(({ text }) => text).join("")).toBe(
      shopFile.replace("kind: Project\n", "kind: Project # the shop\n"),
    );
  });

  test("leaves out empty documents, and takes anchors within bounds and other line ends", () => {
    expect(documentsOf(`---\n${shopFile}---\n# the end\n`)).toHaveLength(3);
    expect(documentsOf(shopFile.replaceAll("\n", "\r\n"))).toHaveLength(3);
    const anchored = shopFileWith("for: 2h", "for: &long 2h").replace("watch: 15m", "watch: *long");
    expect(projectOf(anchored).environments[1]?.verification.watchMs).toBe(7_200_000);
  });

  test("uses the strategy of the target before that of the environment", () => {
    const { environments, services } = projectOf(shopFile);
    const [, production] = environments;
    const [api, search] = services;
    if (!production || !api || !search) throw new Error("the shop has changed");
    expect(strategyFor(production, api)).toBe(production.strategy);
    expect(strategyFor(production, search)).toMatchObject({ maxUnavailable: "25%" });
  });
});

describe("accepted variations", () => {
  test.each([
    ["requires any", "{ all: [staging] }", "{ any: [staging] }"],
    ["recreate", "{ rolling: { maxSurge: 1, maxUnavailable: 0, deadline: 5m } }", "{ recreate: { deadline: 90s } }"],
    ["in the cluster", '{ kubeconfig: "file:/etc/waybill/shop.kubeconfig" }', "{ inCluster: true }"],
    ["no login", "    username: env:REGISTRY_USER\n    password: file:/run/secrets/registry\n", ""],
    ["agreed plain http", "https://registry.example.com", "http://registry.example.com:5000\n    insecureHttp: true"],
    ["plain http on this machine", "https://registry.example.com", "http://127.0.0.1:5000"],
    [
      "realms",
      "password: file:/run/secrets/registry",
      "password: env:PW\n    realms: [auth.example.com, '127.0.0.1:80']",
    ],
    ["an approver by address", "from: [shop-approvers]", "from: [shop-approvers, bo@example.com]"],
    ["an approval with defaults", "count: 2, from: [shop-approvers], expiresAfter: 24h", "from: [shop-approvers]"],
    ["no title", ", title: The Shop", ""],
    ["a comparison with a number", "equals: ok", "equals: 1"],
  ])("%s", (_, from, to) => {
    expect(documentsOf(shopFileWith(from, to))).toHaveLength(3);
  });
});

interface Refusal {
  name: string;
  change: { from: string; to: string };
  error: { code: DocumentError["code"]; path: string; says: string };
}

const production = "spec.environments[1]";
const refusals: Refusal[] = parse(readFileSync(new URL("./testing/refusals.yaml", import.meta.url), "utf8"));

describe("refused", () => {
  test.each(refusals)("$name", ({ change, error: { code, path, says } }) => {
    const errors = errorsOf(shopFileWith(change.from, change.to));
    const error = errors.find((candidate) => candidate.path === path && candidate.code === code);
    expect(error, errors.map((candidate) => formatDocumentError(candidate)).join("\n")).toBeDefined();
    if (error !== undefined) expect(formatDocumentError(error)).toContain(says);
  });

  test("an error stands where the mistake stands, and at the key where the key is wrong", () => {
    const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split("\n").length;
    const columnOf = (text: string, part: string) => text.indexOf(part) - text.lastIndexOf("\n", text.indexOf(part));
    for (const [from, to, part] of [
      ["count: 2", "count: 99", "99"],
      ["count: 2", "cuont: 2", "cuont"],
      ["tag: prod", "tag: latest", "latest"],
      ["        production: { kub", "        productoin: { kub", "productoin"],
    ] as const) {
      const text = shopFileWith(from, to);
      expect(errorsOf(text)[0]).toMatchObject({ line: lineOf(text, part), column: columnOf(text, part), document: 2 });
    }
  });

  test("everything that is wrong is said at once, in the order of the text", () => {
    const text = shopFileWith("count: 2", "count: 0")
      .replace("tag: prod", "tag: dev")
      .replace("watch: 15m", "wacht: 15m");
    expect(errorsOf(text).map(({ path }) => path)).toEqual([
      `${production}.tag`,
      `${production}.gates[0].approval.count`,
      `${production}.verification.wacht`,
    ]);
  });

  test("nothing is said about a connection that has an error of its own", () => {
    const errors = errorsOf(shopFileWith("https://registry.example.com", "nowhere"));
    expect(errors.map(({ path }) => path)).toEqual(["spec.registry.url"]);
  });

  test("a hundred errors are listed, and how many there are more", () => {
    const keys = Array.from({ length: 150 }, (_, index) => `x${index}: 1`).join(", ");
    const errors = errorsOf(shopFileWith("count: 2", keys));
    expect(errors).toHaveLength(101);
    expect(errors.at(-1)).toMatchObject({ code: "tooMany", message: expect.stringContaining("50 more") });
  });
});

describe("what could exhaust the reader", () => {
  test.each([
    ["nothing", "", "is empty"],
    ["only comments", "# nothing\n", "is empty"],
    ["more than a megabyte", `# ${"x".repeat(1_048_576)}\n`, "at most 1048576 bytes"],
    ["a megabyte of more than one byte a letter", `# ${"ä".repeat(600_000)}\n`, "at most 1048576 bytes"],
    ["deep nesting", "[".repeat(100_000), "nested too deeply"],
    ["an anchor that holds itself", "a: &a [*a]\n", "kind is missing"],
    [
      "anchors of anchors",
      [
        "a: &a [x, x]",
        ..."bcdefgh".split("").map((key, index) => `${key}: &${key} [${`*${"abcdefg"[index]},`.repeat(9)}]`),
      ].join("\n"),
      "uses anchors too often",
    ],
  ])("%s", (_, text, says) => {
    const errors = errorsOf(text);
    expect(errors.map((error) => formatDocumentError(error)).join("\n")).toContain(says);
    expect(JSON.stringify(errors).length).toBeLessThan(5_000);
  });
});

describe("connections that are applied already", () => {
  const projectOnly = shopFile.slice(shopFile.lastIndexOf("---\n"));
  const known = [
    { name: "registry", kind: "registry" as const, projects: ["shop", "other"] },
    { name: "cluster", kind: "kubernetes" as const, projects: ["shop"] },
  ];

  test("serve a file that holds the project alone", () => {
    expect(documentsOf(projectOnly, known)).toHaveLength(1);
    expect(errorsOf(projectOnly).map(({ code }) => code)).toEqual(Array(6).fill("undefinedReference"));
  });

  test("give way to those of the same name in the file", () => {
    const file = shopFileWith("  projects: [shop]\n  registry", "  projects: [other]\n  registry");
    expect(errorsOf(file, known).map(({ message }) => message)).toEqual(
      Array(2).fill(expect.stringContaining("may not be used by shop")),
    );
  });
});

describe("secrets", () => {
  const secret = "hunter2-s3cret";
  const withNotify = (channel: string) =>
    shopFileWith("  people:\n", `  notify: [{ on: [promotion.failed], ${channel} }]\n  people:\n`);

  test.each([
    ["a literal password", shopFileWith("file:/run/secrets/registry", secret)],
    ["a literal user name", shopFileWith("env:REGISTRY_USER", secret)],
    ["a malformed reference", shopFileWith("env:REGISTRY_USER", `env:${secret}`)],
    [
      "a secret in an address",
      shopFileWith("https://registry.example.com", `https://me:${secret}@registry.example.com`),
    ],
    [
      "a secret in a health address",
      shopFileWith("https://{service}.example.com/health", `https://me:${secret}@x/health`),
    ],
    ["a secret in place of a mapping", shopFileWith('{ kubeconfig: "file:/etc/waybill/shop.kubeconfig" }', secret)],
    ["the address of a chat's webhook", withNotify(`slack: { webhook: "https://hooks.slack.com/${secret}" }`)],
    ["the key of a webhook", withNotify(`webhook: { url: "https://example.com", secret: "whsec_${secret}" }`)],
    ["the address of a workflow in place of a mapping", withNotify(`teams: "https://example.com/${secret}"`)],
    ["a secret under a misspelled key", shopFileWith("password: file:/run/secrets/registry", `pasword: ${secret}`)],
    ["a secret in broken YAML", shopFileWith("password: file:/run/secrets/registry", `password: {${secret}`)],
    ["a secret in a badly quoted text", shopFileWith("file:/run/secrets/registry", `"${secret}" ${secret}`)],
    ["a secret as an unknown alias", shopFileWith("file:/run/secrets/registry", `*${secret}`)],
    ["a secret in a document of unknown kind", `apiVersion: waybill.dev/v1\nkind: Secret\npassword: ${secret}\n`],
    ["a secret in place of a kind", `apiVersion: waybill.dev/v1\npassword: ${secret}\n`],
  ])("%s is refused, and never repeated", (_, text) => {
    const errors = errorsOf(text);
    expect(errors.length).toBeGreaterThan(0);
    expect(JSON.stringify(errors)).not.toContain(secret);
  });
});
