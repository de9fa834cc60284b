import { type Expression, UnsupportedExpression } from "./parse-expression";
import type { Series } from "./traffic";

/** Where series are looked up by their name; a Traffic is one. */
export interface SeriesSource {
  series(name: string): Series[];
}

export interface Sample {
  labels: Record<string, string>;
  value: number;
}

/** A number, or a vector of samples without two of the same labels. */
export type Value = number | Sample[];

/** The value of an expression at a time (epoch ms), with Prometheus' rules for labels; a metric that is not there is an empty vector. */
export function evaluate(expression: Expression, traffic: SeriesSource, timeMs: number): Value {
  const inner = (one: Expression) => evaluate(one, traffic, timeMs);
  switch (expression.kind) {
    case "number":
      return expression.value;
    case "selector": {
      if (expression.rangeMs !== undefined)
        throw new UnsupportedExpression("a range vector must stand inside rate or increase");
      return chosen(expression, traffic).flatMap((series) => {
        const value = series.at(timeMs);
        return value === undefined ? [] : [{ labels: { __name__: series.name, ...series.labels }, value }];
      });
    }
    case "rate": {
      const rangeMs = expression.of.rangeMs ?? 0;
      return chosen(expression.of, traffic).flatMap((series) => {
        const end = series.at(timeMs);
        if (end === undefined) return [];
        const grown = end - (series.at(timeMs - rangeMs) ?? 0);
        return [{ labels: series.labels, value: expression.perSecond ? grown / (rangeMs / 1000) : grown }];
      });
    }
    case "vector":
      return [{ labels: {}, value: scalar(inner(expression.of)) }];
    case "aggregate":
      return aggregate(expression.how, expression.by, vector(inner(expression.of)));
    case "quantile":
      return quantiles(scalar(inner(expression.share)), vector(inner(expression.of)));
    case "labelReplace": {
      const { into, replacement, from, pattern } = expression;
      return vector(inner(expression.of)).map(({ labels, value }) => {
        const text = labels[from] ?? "";
        if (!pattern.test(text)) return { labels, value };
        return { labels: { ...labels, [into]: text.replace(pattern, replacement) }, value };
      });
    }
    case "or": {
      const [left, right] = [vector(inner(expression.left)), vector(inner(expression.right))];
      const there = new Set(left.map(({ labels }) => keyOf(bare(labels))));
      return [...left, ...right.filter(({ labels }) => !there.has(keyOf(bare(labels))))];
    }
    case "binary":
      return combine(expression.operator, inner(expression.left), inner(expression.right));
    default:
      return expression satisfies never;
  }
}

function chosen({ name, matchers }: Expression & { kind: "selector" }, traffic: SeriesSource): Series[] {
  return traffic
    .series(name)
    .filter(({ labels }) => matchers.every(({ label, matches }) => matches(labels[label] ?? "")));
}

function scalar(value: Value): number {
  if (typeof value !== "number") throw new UnsupportedExpression("a number is needed where a vector stands");
  return value;
}

function vector(value: Value): Sample[] {
  if (typeof value === "number") throw new UnsupportedExpression("a vector is needed where a number stands");
  return value;
}

const bare = ({ __name__: _, ...labels }: Record<string, string>) => labels;
const keyOf = (labels: Record<string, string>): string => JSON.stringify(Object.entries(labels).sort());

function grouped(samples: Sample[], labelsOf: (labels: Record<string, string>) => [string, string][]) {
  const groups = new Map<string, { labels: Record<string, string>; samples: Sample[] }>();
  for (const sample of samples) {
    const labels = Object.fromEntries(labelsOf(sample.labels));
    const group = groups.get(keyOf(labels)) ?? { labels, samples: [] };
    group.samples.push(sample);
    groups.set(keyOf(labels), group);
  }
  return [...groups.values()];
}

function aggregate(how: "sum" | "avg" | "min" | "max" | "count", by: string[], samples: Sample[]): Sample[] {
  const groups = grouped(samples, (labels) => Object.entries(labels).filter(([key]) => by.includes(key)));
  return groups.map(({ labels, samples: members }) => {
    const values = members.map(({ value }) => value);
    const total = values.reduce((sum, value) => sum + value, 0);
    const results = {
      sum: total,
      avg: total / values.length,
      min: Math.min(...values),
      max: Math.max(...values),
      count: values.length,
    };
    return { labels, value: results[how] };
  });
}

/** Linear inside the bucket, and the last finite bound beyond it: as Prometheus' histogram_quantile. */
function quantiles(share: number, samples: Sample[]): Sample[] {
  const groups = grouped(samples, (labels) =>
    Object.entries(labels).filter(([key]) => key !== "le" && key !== "__name__"),
  );
  return groups.map(({ labels, samples: members }) => {
    const bound = (text: string | undefined) => (text === "+Inf" ? Number.POSITIVE_INFINITY : Number(text));
    const buckets = members.map((one) => ({ le: bound(one.labels.le), count: one.value })).sort((a, b) => a.le - b.le);
    const wanted = share * (buckets.at(-1)?.count ?? Number.NaN);
    const index = buckets.findIndex(({ count }) => count >= wanted);
    const [bucket, before] = [buckets[index], buckets[index - 1]];
    if (bucket === undefined || wanted === 0) return { labels, value: Number.NaN };
    if (bucket.le === Number.POSITIVE_INFINITY) return { labels, value: before?.le ?? Number.NaN };
    const [lowest, counted] = [before?.le ?? 0, before?.count ?? 0];
    return { labels, value: lowest + ((bucket.le - lowest) * (wanted - counted)) / (bucket.count - counted) };
  });
}

function combine(operator: "+" | "-" | "*" | "/", left: Value, right: Value): Value {
  const operations = {
    "+": (a: number, b: number) => a + b,
    "-": (a: number, b: number) => a - b,
    "*": (a: number, b: number) => a * b,
    "/": (a: number, b: number) => a / b,
  };
  const apply = operations[operator];
  if (typeof left === "number") {
    if (typeof right === "number") return apply(left, right);
    return right.map(({ labels, value }) => ({ labels: bare(labels), value: apply(left, value) }));
  }
  if (typeof right === "number")
    return left.map(({ labels, value }) => ({ labels: bare(labels), value: apply(value, right) }));
  return left.flatMap(({ labels, value }) => {
    const partner = right.find((other) => keyOf(bare(other.labels)) === keyOf(bare(labels)));
    return partner === undefined ? [] : [{ labels: bare(labels), value: apply(value, partner.value) }];
  });
}
