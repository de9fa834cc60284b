import type { ObjectStore } from "./object-store";
import { isObject, type KubeObject, resources } from "./objects";

/** One rule of an HTTPRoute or a VirtualService: the headers that it asks for, and where it sends in which proportion. */
export interface Rule {
  headers: Record<string, string>;
  to: { service: string; weight: number }[];
}

/** A door of the cluster: a route object under its name, or a Service that no route sends to. */
export interface Door {
  namespace: string;
  name: string;
  rules: Rule[];
  /** False for a Service whose label says that no user comes through it: a preview. */
  hasUsers: boolean;
}

/** `none` on a Service: it leads to its pods, and brings them no load. */
export const noLoadLabel = "sandbox.load";

const items = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isObject) : []);
const record = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});
const number = (value: unknown, otherwise: number) => (typeof value === "number" ? value : otherwise);

/** HTTPRoute: a missing weight counts as 1; only exact header matches are played. */
function httpRules(spec: unknown): Rule[] {
  return items(record(spec).rules).map((rule) => {
    const headers = items(rule.matches).flatMap((match) => items(match.headers));
    return {
      headers: Object.fromEntries(headers.map(({ name, value }) => [String(name).toLowerCase(), String(value)])),
      to: items(rule.backendRefs).map(({ name, weight }) => ({ service: String(name), weight: number(weight, 1) })),
    };
  });
}

/** VirtualService: a missing weight counts as 100 where the destination is alone, and as 0 beside others. */
function virtualRules(spec: unknown): Rule[] {
  return items(record(spec).http).map((rule) => {
    const headers = items(rule.match).flatMap((match) => Object.entries(record(match.headers)));
    const to = items(rule.route);
    return {
      headers: Object.fromEntries(headers.map(([name, how]) => [name.toLowerCase(), String(record(how).exact)])),
      to: to.map(({ destination, weight }) => ({
        service: String(record(destination).host).split(".")[0] ?? "",
        weight: number(weight, to.length === 1 ? 100 : 0),
      })),
    };
  });
}

/** Every way into the cluster. */
export function doors(store: ObjectStore): Door[] {
  const door = ({ metadata }: KubeObject, rules: Rule[]): Door => ({
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    rules,
    hasUsers: metadata.labels?.[noLoadLabel] !== "none",
  });
  const routes = [
    ...store.list(resources.httproutes).map((route) => door(route, httpRules(route.spec))),
    ...store.list(resources.virtualservices).map((route) => door(route, virtualRules(route.spec))),
  ];
  const behind = new Set(
    routes.flatMap(({ namespace, rules }) =>
      rules.flatMap(({ to }) => to.map(({ service }) => `${namespace}/${service}`)),
    ),
  );
  const services = store
    .list(resources.services)
    .filter(({ metadata }) => !behind.has(`${metadata.namespace}/${metadata.name}`))
    .map((service) => door(service, [{ headers: {}, to: [{ service: service.metadata.name, weight: 1 }] }]));
  return [...routes, ...services];
}

/** The rule that takes a request: the first whose headers all match; more headers go before fewer. */
export function ruleFor({ rules }: Door, headers: Record<string, unknown>): Rule | undefined {
  const sorted = [...rules].sort((a, b) => Object.keys(b.headers).length - Object.keys(a.headers).length);
  return sorted.find((rule) => Object.entries(rule.headers).every(([name, value]) => headers[name] === value));
}

/** The share of a rule's requests that each Service gets; nothing where all weights are 0. */
export function sharesOf({ to }: Rule): { service: string; share: number }[] {
  const all = to.reduce((sum, { weight }) => sum + weight, 0);
  return all === 0 ? [] : to.map(({ service, weight }) => ({ service, share: weight / all }));
}

/** The labels that a Service's pods carry; undefined where there is no such Service or it selects nothing. */
export function selectorOf(store: ObjectStore, namespace: string, service: string): [string, string][] | undefined {
  const found = store.get(resources.services, namespace, service);
  const selector = Object.entries(record(record(found?.spec).selector)).map(([key, value]): [string, string] => [
    key,
    String(value),
  ]);
  return selector.length === 0 ? undefined : selector;
}
