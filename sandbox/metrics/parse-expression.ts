export interface Matcher {
  label: string;
  matches: (value: string) => boolean;
}

export type Expression =
  | { kind: "number"; value: number }
  | { kind: "selector"; name: string; matchers: Matcher[]; rangeMs: number | undefined }
  | { kind: "rate"; perSecond: boolean; of: Expression & { kind: "selector" } }
  | { kind: "vector"; of: Expression }
  | { kind: "quantile"; share: Expression; of: Expression }
  | { kind: "labelReplace"; of: Expression; into: string; replacement: string; from: string; pattern: RegExp }
  | { kind: "or"; left: Expression; right: Expression }
  | { kind: "aggregate"; how: "sum" | "avg" | "min" | "max" | "count"; by: string[]; of: Expression }
  | { kind: "binary"; operator: "+" | "-" | "*" | "/"; left: Expression; right: Expression };

/** What the sandbox's small part of PromQL does not know. Prometheus may well know it. */
export class UnsupportedExpression extends Error {}

const token =
  /(?:\s|#[^\n]*(?:\n|$))*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(\d+(?:ms|[smhdw])(?![\w.]))|((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)|([a-zA-Z_:][\w:]*)|(=~|!~|!=|[-+*/(){}[\],=]))/gy;
const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const aggregates = ["sum", "avg", "min", "max", "count"] as const;

interface Token {
  kind: "string" | "duration" | "number" | "name" | "symbol" | "end";
  text: string;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const scanner = new RegExp(token.source, token.flags);
  const end = text.replace(/(?:\s|#[^\n"'`]*$)+$/, "").length;
  while (scanner.lastIndex < end) {
    const start = scanner.lastIndex;
    const match = scanner.exec(text);
    if (match === null)
      throw new UnsupportedExpression(`unexpected character at ${start + 1}: "${text.slice(start, start + 10)}"`);
    const [, string, duration, number, name, symbol] = match;
    if (string !== undefined) tokens.push({ kind: "string", text: string.slice(1, -1).replace(/\\(.)/g, "$1") });
    else if (duration !== undefined) tokens.push({ kind: "duration", text: duration });
    else if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (name !== undefined) tokens.push({ kind: "name", text: name });
    else tokens.push({ kind: "symbol", text: symbol ?? "" });
  }
  return [...tokens, { kind: "end", text: "end of input" }];
}

/**
 * Numbers, selectors, `rate` and `increase`, `vector`, `histogram_quantile`, sum/avg/min/max/count with `by`, the four
 * operations, `or` and `label_replace`. Everything else throws UnsupportedExpression, never a guess.
 */
export function parseExpression(text: string): Expression {
  return new Parser(tokenize(text)).whole();
}

class Parser {
  private place = 0;

  constructor(private readonly tokens: Token[]) {}

  whole(): Expression {
    const expression = this.union();
    if (this.peek().kind !== "end") throw new UnsupportedExpression(`unexpected "${this.peek().text}"`);
    return expression;
  }

  private peek(): Token {
    return this.tokens[this.place] ?? { kind: "end", text: "end of input" };
  }

  private next(): Token {
    const one = this.peek();
    this.place += 1;
    return one;
  }

  private accept(text: string): boolean {
    if (this.peek().text !== text || this.peek().kind === "string") return false;
    this.place += 1;
    return true;
  }

  private expect(symbol: string): void {
    if (!this.accept(symbol)) throw new UnsupportedExpression(`unexpected "${this.peek().text}", expected "${symbol}"`);
  }

  private union(): Expression {
    let left = this.sum();
    while (this.accept("or")) left = { kind: "or", left, right: this.sum() };
    return left;
  }

  private sum(): Expression {
    let left = this.product();
    for (;;) {
      const operator = this.accept("+") ? "+" : this.accept("-") ? "-" : undefined;
      if (operator === undefined) return left;
      left = { kind: "binary", operator, left, right: this.product() };
    }
  }

  private product(): Expression {
    let left = this.primary();
    for (;;) {
      const operator = this.accept("*") ? "*" : this.accept("/") ? "/" : undefined;
      if (operator === undefined) return left;
      left = { kind: "binary", operator, left, right: this.primary() };
    }
  }

  private primary(): Expression {
    if (this.accept("(")) {
      const inner = this.union();
      this.expect(")");
      return inner;
    }
    const { kind, text: word } = this.next();
    if (kind === "number") return { kind: "number", value: Number(word) };
    if (kind !== "name") throw new UnsupportedExpression(`unexpected "${word}"`);
    const how = aggregates.find((one) => one === word);
    if (how !== undefined) return this.aggregate(how);
    const isCall = this.peek().text === "(" && this.peek().kind === "symbol";
    return isCall ? this.call(word) : this.selector(word);
  }

  private aggregate(how: (typeof aggregates)[number]): Expression {
    const before = this.grouping();
    this.expect("(");
    const of = this.union();
    this.expect(")");
    return { kind: "aggregate", how, by: before ?? this.grouping() ?? [], of };
  }

  private grouping(): string[] | undefined {
    if (!this.accept("by")) return undefined;
    this.expect("(");
    return this.listed(() => this.next().text, ")");
  }

  private listed<Item>(item: () => Item, end: string): Item[] {
    const items: Item[] = [];
    while (!this.accept(end)) {
      items.push(item());
      if (this.peek().text !== end) this.expect(",");
    }
    return items;
  }

  private call(name: string): Expression {
    this.expect("(");
    const first = this.union();
    if (name === "label_replace") return this.labelReplace(first);
    if (name === "histogram_quantile") {
      this.expect(",");
      const of = this.sum();
      this.expect(")");
      return { kind: "quantile", share: first, of };
    }
    this.expect(")");
    if (name === "vector") return { kind: "vector", of: first };
    if (name !== "rate" && name !== "increase") {
      throw new UnsupportedExpression(`the function ${name} is not known here`);
    }
    if (first.kind !== "selector" || first.rangeMs === undefined) {
      throw new UnsupportedExpression(`expected type range vector in call to function "${name}"`);
    }
    return { kind: "rate", perSecond: name === "rate", of: first };
  }

  private labelReplace(of: Expression): Expression {
    const [into, replacement, from, regex] = [0, 1, 2, 3].map(() => {
      this.expect(",");
      const one = this.next();
      if (one.kind !== "string") throw new UnsupportedExpression(`label_replace takes strings, not "${one.text}"`);
      return one.text;
    }) as [string, string, string, string];
    this.expect(")");
    return { kind: "labelReplace", of, into, replacement, from, pattern: anchored(regex) };
  }

  private selector(name: string): Expression {
    const matcherHere = () => matcher(this.next().text, this.next().text, this.next());
    const matchers = this.accept("{") ? this.listed(matcherHere, "}") : [];
    if (!this.accept("[")) return { kind: "selector", name, matchers, rangeMs: undefined };
    const range = this.next();
    const [, count, unit = ""] = /^(\d+)(\D+)$/.exec(range.text) ?? [];
    if (range.kind !== "duration") throw new UnsupportedExpression(`"${range.text}" is not a duration`);
    this.expect("]");
    return { kind: "selector", name, matchers, rangeMs: Number(count) * (unitMs[unit] ?? 0) };
  }
}

function matcher(label: string, operator: string, value: Token): Matcher {
  if (value.kind !== "string") throw new UnsupportedExpression(`the label ${label} must be compared with a string`);
  if (operator === "=") return { label, matches: (actual) => actual === value.text };
  if (operator === "!=") return { label, matches: (actual) => actual !== value.text };
  if (operator !== "=~" && operator !== "!~")
    throw new UnsupportedExpression(`unexpected "${operator}" after the label ${label}`);
  const pattern = anchored(value.text);
  return { label, matches: (actual) => pattern.test(actual) === (operator === "=~") };
}

function anchored(text: string): RegExp {
  try {
    return new RegExp(`^(?:${text})$`);
  } catch {
    throw new UnsupportedExpression(`"${text}" is not a regular expression`);
  }
}
