// The import table of the architecture, as rules. Each folder names what it may import of the repository; whatever is
// not named is refused. Tests are exempt (they may build what they test on), but for the purity of lib/pipeline.

const TEST = "[.]test[.]tsx?$|/testing/|^lib/db/test-[^/]+[.]ts$";

/** Folders of the repository that the rules know; an import of one that is not allowed is an error. */
const OURS = "^(app|components|lib|sandbox|cli|e2e|scripts|deploy)/";

/** `from` may import, of our own folders, only what `allowed` names. Node's modules and packages are not looked at. */
function mayOnlyImport(name, from, allowed, comment) {
  return {
    name,
    comment,
    severity: "error",
    from: { path: from, pathNot: TEST },
    to: { path: OURS, pathNot: allowed },
  };
}

const pipeline = "^lib/pipeline/";
const configTypes = "^lib/config/";
const db = "^lib/db/";

module.exports = {
  forbidden: [
    mayOnlyImport("pipeline-is-pure", "^lib/pipeline/", [pipeline], "lib/pipeline imports itself and zod"),
    {
      name: "pipeline-has-no-outside",
      comment:
        "lib/pipeline has no I/O: no package but zod and canonicalize, no module of Node (plan/hash.ts: createHash)",
      severity: "error",
      from: { path: "^lib/pipeline/", pathNot: [TEST, "^lib/pipeline/plan/hash[.]ts$", "^lib/pipeline/calendar/"] },
      to: {
        dependencyTypes: ["core", "npm", "npm-dev", "npm-no-pkg", "npm-unknown"],
        pathNot: "node_modules/(zod|canonicalize)/",
      },
    },
    {
      name: "pipeline-hash-imports-crypto-only",
      comment: "the one exception: hashing is deterministic",
      severity: "error",
      from: { path: "^lib/pipeline/plan/hash[.]ts$" },
      to: { dependencyTypes: ["core"], pathNot: "^(node:)?crypto$" },
    },
    {
      name: "pipeline-calendar-reckons-with-libraries",
      comment: "RFC 5545 rules and the zones' clocks are reckoned by two libraries that read no clock of their own",
      severity: "error",
      from: { path: "^lib/pipeline/calendar/", pathNot: TEST },
      to: {
        dependencyTypes: ["core", "npm", "npm-dev", "npm-no-pkg", "npm-unknown"],
        pathNot: "node_modules/(zod|canonicalize|rrule-temporal|temporal-polyfill)/",
      },
    },
    {
      name: "calendar-stays-out-of-the-browser",
      comment: "a page shows what a query reckoned: the two libraries are 200 kB",
      severity: "error",
      from: { path: "^components/", pathNot: TEST },
      to: { path: "^lib/pipeline/calendar/", dependencyTypesNot: ["type-only", "type-import"] },
    },
    {
      name: "pipeline-tests-stay-pure",
      comment: "what tests of lib/pipeline need is a value: no database, no adapter",
      severity: "error",
      from: { path: "^lib/pipeline/.*[.]test[.]tsx?$" },
      to: { path: OURS, pathNot: pipeline },
    },
    mayOnlyImport("ports", "^lib/ports/", ["^lib/ports/", pipeline], "ports name the world in the product's words"),
    {
      name: "adapters",
      comment:
        "an adapter imports ports, pipeline, net and its own folder; never another adapter, the ledger or the database",
      severity: "error",
      from: { path: "^lib/adapters/([^/]+)/", pathNot: TEST },
      to: { path: OURS, pathNot: ["^lib/adapters/$1/", "^lib/ports/", "^lib/net/", pipeline] },
    },
    mayOnlyImport("ledger", "^lib/ledger/", ["^lib/ledger/", pipeline, db], "the only writer of ledger tables"),
    mayOnlyImport(
      "facts",
      "^lib/facts/",
      ["^lib/facts/", pipeline, configTypes, db, "^lib/auth/(permissions|project-grants)[.]ts$"],
      "read-only loaders of evidence; what an approver may do at this moment is evidence too",
    ),
    mayOnlyImport(
      "commands",
      "^lib/commands/",
      ["^lib/commands/", pipeline, "^lib/ledger/", "^lib/ports/", "^lib/auth/", configTypes, db, "^lib/facts/"],
      "commands decide and write; effects are the engine's",
    ),
    mayOnlyImport(
      "queries",
      "^lib/queries/",
      [
        "^lib/queries/",
        pipeline,
        "^lib/auth/",
        db,
        "^lib/facts/",
        "^lib/ledger/(ledger-entry|load|export|replay)[.]ts$",
        "^lib/config/policy-in-text[.]ts$",
      ],
      "queries read; of the ledger what only reads, of the file's text the gates as they are written",
    ),
    {
      name: "engine",
      comment: "the engine reaches the world through ports; compose.ts alone builds adapters",
      severity: "error",
      from: { path: "^lib/engine/", pathNot: [TEST, "^lib/engine/compose[.]ts$"] },
      to: {
        path: OURS,
        pathNot: ["^lib/engine/", "^lib/ports/", pipeline, "^lib/ledger/", configTypes, db, "^lib/facts/"],
      },
    },
    mayOnlyImport(
      "engine-compose",
      "^lib/engine/compose[.]ts$",
      ["^lib/engine/", "^lib/ports/", "^lib/adapters/", pipeline, "^lib/ledger/", configTypes, db, "^lib/facts/"],
      "the only place that builds adapters",
    ),
    mayOnlyImport(
      "worker",
      "^lib/worker/",
      [
        "^lib/worker/",
        "^lib/engine/",
        "^lib/commands/",
        configTypes,
        db,
        "^lib/queries/health[.]ts$",
        "^lib/ledger/(announce-change|check-chain)[.]ts$",
      ],
      "the loop that runs the engine, hears what changed and walks the chains",
    ),
    mayOnlyImport("net", "^lib/net/", ["^lib/net/"], "which addresses may be connected to, and nothing of the product"),
    mayOnlyImport(
      "config",
      "^lib/config/",
      ["^lib/config/", "^lib/net/reach[.]ts$", pipeline],
      "the project file and the process's settings",
    ),
    mayOnlyImport(
      "auth",
      "^lib/auth/",
      ["^lib/auth/", pipeline, configTypes, db, "^lib/ports/external-error[.]ts$"],
      "sessions, roles, tokens, and what may be said of an error",
    ),
    mayOnlyImport("db", "^lib/db/", [db], "connections, migrations, roles"),
    {
      name: "components",
      comment: "components import components and the pipeline's types; actions arrive as props",
      severity: "error",
      from: { path: "^components/", pathNot: TEST },
      to: { path: OURS, pathNot: ["^components/", pipeline, "^lib/queries/"] },
    },
    {
      name: "components-take-view-types-only",
      comment: "a component may name a query's view type, never run the query",
      severity: "error",
      from: { path: "^components/", pathNot: TEST },
      to: { path: "^lib/queries/", dependencyTypesNot: ["type-only", "type-import"] },
    },
    mayOnlyImport(
      "api",
      "^lib/api/",
      ["^lib/api/", pipeline, "^lib/auth/", "^lib/commands/", "^lib/ports/external-error[.]ts$"],
      "the API's contract: schemas of the commands' inputs and of the answers, and the glue that every route uses",
    ),
    mayOnlyImport(
      "app",
      "^app/",
      [
        "^app/",
        "^lib/api/",
        "^components/",
        "^lib/commands/",
        "^lib/queries/",
        "^lib/engine/(drive|compose|after-command|fresh-evidence|engine)[.]ts$",
        "^lib/ledger/announce-change[.]ts$",
        "^lib/auth/",
        pipeline,
        configTypes,
        "^lib/db/(client|pool|listen|roles)[.]ts$",
      ],
      "pages and routes are thin",
    ),
    mayOnlyImport("sandbox", "^sandbox/", ["^sandbox/"], "the sandbox speaks protocols, as the real servers do"),
    mayOnlyImport(
      "cli",
      "^cli/(?!local/)",
      ["^cli/", pipeline, "^lib/ledger/(hash-chain|verify)[.]ts$", configTypes, "^lib/api/"],
      "the CLI is a thin client of the API",
    ),
    {
      name: "cli-takes-api-types-only",
      comment: "what the API answers is known by type; its routes' glue stays in the server",
      severity: "error",
      from: { path: "^cli/", pathNot: TEST },
      to: { path: "^lib/api/", dependencyTypesNot: ["type-only", "type-import"] },
    },
    mayOnlyImport(
      "cli-local",
      "^cli/local/",
      [
        "^cli/",
        pipeline,
        "^lib/ledger/(replay|announce-change)[.]ts$",
        "^lib/commands/create-token[.]ts$",
        "^lib/auth/",
        db,
      ],
      "what is done on the machine itself, with the database: the first token, a replay",
    ),
    {
      name: "no-cycles",
      comment: "modules that import each other cannot be read one at a time",
      severity: "error",
      from: { pathNot: "^lib/db/generated/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only", "type-import"] } },
    },
    {
      name: "not-resolvable",
      comment: "an import that cannot be found cannot be judged",
      severity: "error",
      from: { pathNot: "^lib/db/generated/" },
      to: { couldNotResolve: true, pathNot: "^server-only$" },
    },
  ],
  options: {
    // TypeScript 7 has no JavaScript API, so the parser is swc; without it every .ts file would be skipped in silence.
    parser: "swc",
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: ["node_modules", "^lib/db/generated"] },
    exclude: { path: ["[.]d[.]ts$", "^[.]next/"] },
    moduleSystems: ["es6", "cjs"],
    enhancedResolveOptions: {
      extensions: [".ts", ".tsx", ".mjs", ".js", ".json", ".css"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
    },
  },
};
