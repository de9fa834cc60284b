import { z } from "zod";
import { createSource, type SourceOptions } from "@/lib/adapters/prometheus/source";
import type { MetricAnswer, MetricRequest, MetricSource } from "@/lib/ports/metric-source";

export interface AlertmanagerOptions extends SourceOptions {
  alertsMax?: number;
}

// https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml (gettableAlerts)
const answer = z.array(
  z.object({
    labels: z.record(z.string(), z.string()),
    status: z.object({ state: z.string(), silencedBy: z.array(z.string()), inhibitedBy: z.array(z.string()) }),
  }),
);
const status = z.object({ versionInfo: z.object({ version: z.string() }) });

/** So many alerts go in one call at most: their names stand in its address. */
const batchMax = 20;

type Asking = MetricRequest & { alert: NonNullable<MetricRequest["alert"]> };

/**
 * Alerts of Alertmanager's API v2, as numbers: how many fire with these labels. One that somebody silenced, or that another
 * one inhibits, does not count: people said that it is not to act. Throws ExternalError only.
 */
export function createAlertmanager(options: AlertmanagerOptions): MetricSource {
  const { alertsMax = 10_000 } = options;
  const { send, fail } = createSource(options, wordsOf);

  async function active(requests: readonly Asking[], signal: AbortSignal | undefined): Promise<Labels[]> {
    const search = new URLSearchParams({ active: "true", silenced: "false", inhibited: "false", unprocessed: "false" });
    for (const one of filtersOf(requests.map(({ alert }) => alert.labels))) search.append("filter", one);
    const parsed = answer.safeParse(parseJson(await send({ path: "/api/v2/alerts", search }, signal)));
    if (!parsed.success) throw fail("badResponse", "the answer is not one of Alertmanager's API", true);
    if (parsed.data.length > alertsMax) throw fail("tooLarge", `the answer has more than ${alertsMax} alerts`, false);
    return parsed.data
      .filter(({ status: { state, silencedBy, inhibitedBy } }) => {
        return state === "active" && silencedBy.length === 0 && inhibitedBy.length === 0;
      })
      .map(({ labels }) => labels);
  }

  return {
    async query() {
      throw fail("invalid", onlyAlerts, false);
    },
    async measure(requests, signal) {
      const answers = requests.map((): MetricAnswer => ({ kind: "refused", message: onlyAlerts }));
      const places = requests.flatMap(({ alert }, place) => (alert ? [place] : []));
      for (let from = 0; from < places.length; from += batchMax) {
        const batch = places.slice(from, from + batchMax);
        const fires = await active(
          batch.flatMap((place) => asking(requests[place])),
          signal,
        );
        for (const place of batch) {
          const wanted = requests[place]?.alert?.labels ?? {};
          const value = fires.filter((labels) => carries(labels, wanted)).length;
          const at = requests[place]?.to ?? "";
          answers[place] = { kind: "series", series: [{ labels: {}, points: [{ at, value }] }] };
        }
      }
      return answers;
    },
    async check(signal) {
      const parsed = status.safeParse(parseJson(await send({ path: "/api/v2/status" }, signal)));
      if (!parsed.success) throw fail("badResponse", "the answer is not one of Alertmanager's API", true);
    },
  };
}

const onlyAlerts = "it is an Alertmanager, which knows alerts and no expressions";

type Labels = Record<string, string>;

function asking(request: MetricRequest | undefined): Asking[] {
  return request?.alert ? [{ ...request, alert: request.alert }] : [];
}

/** A label that is not there is an empty one, as in Alertmanager's own matchers. */
function carries(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, text]) => (labels[name] ?? "") === text);
}

// https://github.com/google/re2/wiki/Syntax: a backslash before any other letter is an error there.
const meta = /[\\.+*?()|[\]{}^$]/g;

/** What all of them have in common, and one of their names. */
function filtersOf(wanted: readonly Labels[]): string[] {
  const [first = {}, ...others] = wanted;
  const common = Object.entries(first).filter(([name, text]) => others.every((one) => one[name] === text));
  const filters = common.map(([name, text]) => `${name}=${JSON.stringify(text)}`);
  if (common.some(([name]) => name === "alertname")) return filters;
  const names = [...new Set(wanted.map(({ alertname = "" }) => alertname.replace(meta, "\\$&")))];
  return [...filters, `alertname=~${JSON.stringify(names.join("|"))}`];
}

/** A refusal of the API is a string. */
function wordsOf(body: string): string | undefined {
  return z.string().safeParse(parseJson(body)).data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
