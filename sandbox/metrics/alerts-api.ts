import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { readBody, sendJson } from "../http-server";

type Labels = Record<string, string>;

interface Alert {
  labels: Labels;
  annotations: Labels;
  startsAt: string;
  /** Epoch ms; an alert that nobody says again has ended by then. */
  endsAt: number;
  generatorURL?: string;
}

interface Matcher {
  name: string;
  value: string;
  isRegex: boolean;
  isEqual?: boolean;
}

interface Silence {
  id: string;
  matchers: Matcher[];
  startsAt: string;
  endsAt: string;
}

class BadRequest extends Error {}

// Alertmanager's resolve_timeout.
const endsAfterMs = 300_000;

/**
 * What a Prometheus, a person and whoever asks use of Alertmanager's API v2: alerts are posted and read by matchers, and
 * silences made. In memory, without groups, receivers and inhibition.
 */
export function createAlertsApi(): RequestListener {
  const alerts = new Map<string, Alert>();
  const silences = new Map<string, Silence>();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://alerts");
    const place = `${request.method} ${url.pathname}`;
    switch (place) {
      case "GET /api/v2/status":
        return sendJson(response, 200, {
          versionInfo: { version: "waybill-sandbox" },
          cluster: { status: "disabled" },
        });
      case "POST /api/v2/alerts": {
        const posted = await readJson(request);
        if (!Array.isArray(posted)) throw new BadRequest("a list of alerts is needed");
        for (const one of posted) take(one, Date.now());
        response.writeHead(200).end();
        return;
      }
      case "GET /api/v2/alerts":
        return sendJson(response, 200, found(url.searchParams, Date.now()));
      case "POST /api/v2/silences": {
        const { matchers, startsAt, endsAt } = (await readJson(request)) as Silence;
        const silence = { id: randomUUID(), matchers, startsAt, endsAt };
        if (!Array.isArray(matchers) || !(Date.parse(endsAt) > Date.now())) throw new BadRequest("invalid silence");
        silences.set(silence.id, silence);
        return sendJson(response, 200, { silenceID: silence.id });
      }
      default:
        return sendJson(response, 404, { code: 404, message: `path ${url.pathname} was not found` });
    }
  }

  function take(given: Partial<Record<keyof Alert, unknown>>, now: number): void {
    const labels = (given?.labels ?? {}) as Labels;
    if (Object.keys(labels).length === 0) throw new BadRequest("at least one label pair required");
    const key = JSON.stringify(Object.entries(labels).sort());
    const startsAt = String(given.startsAt ?? alerts.get(key)?.startsAt ?? new Date(now).toISOString());
    const endsAt = given.endsAt === undefined ? now + endsAfterMs : Date.parse(String(given.endsAt));
    alerts.set(key, { labels, annotations: (given.annotations ?? {}) as Labels, startsAt, endsAt });
  }

  function found(parameters: URLSearchParams, now: number): unknown[] {
    const matchers = parameters.getAll("filter").map(readMatcher);
    const wanted = (name: string) => parameters.get(name) !== "false";
    return [...alerts].flatMap(([fingerprint, alert]) => {
      const { labels, annotations, startsAt, endsAt } = alert;
      if (endsAt <= now || !matchers.every((one) => matches(one, labels))) return [];
      const silencedBy = [...silences.values()]
        .filter((one) => Date.parse(one.startsAt) <= now && Date.parse(one.endsAt) > now)
        .filter((one) => one.matchers.every((matcher) => matches(matcher, labels)))
        .map(({ id }) => id);
      if (!wanted(silencedBy.length > 0 ? "silenced" : "active")) return [];
      const status = { state: silencedBy.length > 0 ? "suppressed" : "active", silencedBy, inhibitedBy: [] };
      const times = { startsAt, endsAt: new Date(endsAt).toISOString(), updatedAt: new Date(now).toISOString() };
      return [{ fingerprint, labels, annotations, status, receivers: [{ name: "none" }], ...times }];
    });
  }

  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      const known = error instanceof BadRequest || error instanceof SyntaxError;
      sendJson(response, known ? 400 : 500, known ? error.message : "internal error in the sandbox");
    });
  };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  return JSON.parse((await readBody(request, 1024 * 1024)).toString("utf8"));
}

/** `name="value"`, and with `!=`, `=~`, `!~`; the value is a quoted string. */
function readMatcher(text: string): Matcher {
  const [, name, operator = "", quoted = ""] = /^([A-Za-z_]\w*)(=~|!~|!=|=)(".*")$/s.exec(text) ?? [];
  if (name === undefined) throw new BadRequest(`bad matcher format: ${text}`);
  const value: unknown = JSON.parse(quoted);
  return { name, value: String(value), isRegex: operator.endsWith("~"), isEqual: operator.startsWith("=") };
}

function matches({ name, value, isRegex, isEqual = true }: Matcher, labels: Labels): boolean {
  const actual = labels[name] ?? "";
  return (isRegex ? new RegExp(`^(?:${value})$`).test(actual) : actual === value) === isEqual;
}
