/** One broken rule of the architecture that neither the compiler, the linter nor the import rules can see. */
export interface SourceViolation {
  file: string;
  /** Counted from 1. */
  line: number;
  rule: string;
}

interface TextRule {
  rule: string;
  pattern: RegExp;
  applies(file: string): boolean;
}

const isTest = (file: string) => /[.]test[.]tsx?$|\/testing\//.test(file);
const inPipeline = (file: string) => file.startsWith("lib/pipeline/") && !isTest(file);
const isNotRuleBook = (file: string) => !file.startsWith("scripts/test/source-rules");

const TEXT_RULES: TextRule[] = [
  { rule: "lib/pipeline is pure: no async", pattern: /\basync\s|\bawait\s|\bnew Promise\b/g, applies: inPipeline },
  {
    rule: "lib/pipeline is pure: `now` comes in as a value",
    pattern: /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b/g,
    applies: inPipeline,
  },
  {
    rule: "lib/pipeline is pure: no random",
    pattern: /\bMath\.random\b|\brandomUUID\b|\brandomBytes\b|\bgetRandomValues\b/g,
    applies: inPipeline,
  },
  {
    rule: "lib/pipeline is pure: no timers, no I/O, no environment",
    pattern: /\bset(Timeout|Interval|Immediate)\b|\bfetch\(|\bprocess\.|\bglobalThis\b/g,
    applies: inPipeline,
  },
  {
    rule: "lib/pipeline is pure: no module of Node, but createHash in plan/hash.ts",
    pattern: /["']node:[^"']+["']/g,
    applies: (file) => inPipeline(file) && file !== "lib/pipeline/plan/hash.ts",
  },
  {
    rule: "what projects configure is reached through lib/net/guarded-fetch.ts alone, which judges the address",
    pattern:
      /(?<![.\w])fetch\(|\b(http|https|net|tls)\.(request|get|connect)\(|import\s*\{[^}]*\b(fetch|request|Agent)\b[^}]*\}\s*from "undici"/g,
    // A cluster's own client sends by the guarded connections of its kubeconfig.
    applies: (file) =>
      /^lib\/(adapters|engine|commands|worker|notify)\//.test(file) &&
      !isTest(file) &&
      !/[.]contract[.]ts$|^lib\/adapters\/kubernetes\/client[.]ts$/.test(file),
  },
  {
    rule: "raw SQL takes its values as parameters: no $queryRawUnsafe, $executeRawUnsafe or Prisma.raw",
    pattern: /\$(query|execute)RawUnsafe\b|\bPrisma\.raw\b/g,
    applies: isNotRuleBook,
  },
];

const FILE_RULES: { rule: string; broken(file: string, lines: number): boolean }[] = [
  {
    rule: "a module has at most 400 lines",
    broken: (file, lines) => lines > 400 && !isTest(file),
  },
  {
    rule: "a component has at most 200 lines: split the file",
    broken: (file, lines) => lines > 200 && file.startsWith("components/") && file.endsWith(".tsx") && !isTest(file),
  },
  {
    rule: "a file is named after its main export: no utils, helpers, misc, common or manager",
    broken: (file) => /(^|[/-])(utils?|helpers?|misc|common|manager)[.]|\/(utils?|helpers?|misc|common)\//.test(file),
  },
  {
    rule: "no barrel files: import the module itself",
    broken: (file) => /(^|\/)index[.]tsx?$/.test(file),
  },
];

/** What is wrong with one file of the repository; `file` is its path from the root, with forward slashes. */
export function checkSource(file: string, text: string): SourceViolation[] {
  const code = withoutComments(text);
  const found = TEXT_RULES.filter(({ applies }) => applies(file)).flatMap(({ rule, pattern }) =>
    [...code.matchAll(pattern)].map((match) => ({ file, line: lineOf(code, match.index), rule })),
  );
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  const about = FILE_RULES.filter(({ broken }) => broken(file, lines)).map(({ rule }) => ({ file, line: 1, rule }));
  return [...found, ...about];
}

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

// Comments may speak of what code may not do. Strings are matched first, so that "//" in an address is no comment;
// removed text leaves its line breaks, so that line numbers stay right.
function withoutComments(text: string): string {
  return text.replace(
    /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (whole, string: string | undefined) => string ?? whole.replace(/[^\n]/g, ""),
  );
}
