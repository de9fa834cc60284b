import type { Field } from "@/components/policy/field";
import type { FieldValues } from "@/components/policy/field-value";
import type { GateKind } from "@/lib/pipeline/policy/gate-config";

export interface GateForm {
  /** What it demands, for whoever adds one. */
  about: string;
  fields: readonly Field[];
  /** What a new one begins with. */
  start: FieldValues;
}

const spans = "Such as 90s, 15m, 2h or 7d";
const people = "Groups or e-mail addresses, one a line";
const severities = { P0: "P0", P1: "P1", P2: "P2", P3: "P3" };
const limit = "How many are allowed; left empty, they are not counted";

const windowFields: readonly Field[] = [
  { kind: "text", key: "name", label: "Name", hint: "What people read when it closes", required: true },
  {
    kind: "either",
    label: "When",
    ways: [
      {
        label: "Again and again",
        fields: [
          { kind: "text", key: "rrule", label: "Days", hint: "An RFC 5545 rule, such as FREQ=WEEKLY;BYDAY=FR,SA,SU" },
          {
            kind: "text",
            key: "start",
            label: "Starts at",
            hint: "A time of day such as 18:00; 00:00 where it is empty",
          },
          { kind: "text", key: "lasts", label: "Lasts", hint: `${spans}; 24h where it is empty` },
          {
            kind: "text",
            key: "firstOn",
            label: "First on",
            hint: "A date such as 2026-12-24, where the rule counts from one",
          },
          { kind: "lines", key: "except", label: "Except on", hint: "Dates, one a line" },
        ],
      },
      {
        label: "Once",
        fields: [
          { kind: "text", key: "from", label: "From", hint: "A date with a time, such as 2026-12-20T18:00" },
          { kind: "text", key: "to", label: "To", hint: "The same; without it, no end is known" },
        ],
      },
    ],
  },
];

/** The form of every kind of gate: the compiler lists the one that is missing here. */
export const gateForms: Record<GateKind, GateForm> = {
  upstream: {
    about: "The same digest succeeded in the environments before.",
    start: { all: [] },
    fields: [
      {
        kind: "either",
        label: "It must have succeeded in",
        ways: [
          {
            label: "All of these",
            fields: [{ kind: "names", of: "environments", key: "all", label: "Environments" }],
          },
          {
            label: "Any of these",
            fields: [{ kind: "names", of: "environments", key: "any", label: "Environments" }],
          },
        ],
      },
    ],
  },
  approval: {
    about: "People say yes to the exact plan; whoever asked for it does not count.",
    start: { count: 1 },
    fields: [
      {
        kind: "either",
        label: "Who says yes",
        ways: [
          {
            label: "So many of one list",
            fields: [
              { kind: "number", key: "count", label: "How many people", hint: "1 to 10" },
              { kind: "lines", key: "from", label: "Of these", hint: people, required: true },
            ],
          },
          {
            label: "Several lists, each with its own people",
            fields: [
              {
                ...{ kind: "items", key: "groups", label: "Lists", one: "list" },
                fields: [
                  { kind: "number", key: "count", label: "How many people", hint: "1 to 10" },
                  { kind: "lines", key: "from", label: "Of these", hint: people, required: true },
                ],
              },
            ],
          },
        ],
      },
      { kind: "text", key: "expiresAfter", label: "Expires after", hint: `${spans}; 24h where it is empty` },
      {
        ...{ kind: "text", key: "stepUp", label: "Signed in within" },
        hint: "How recent their sign-in must be, such as 5m; tokens cannot approve then",
      },
    ],
  },
  soak: {
    about: "The same digest has run in another environment for so long.",
    start: { for: "2h" },
    fields: [
      { kind: "name", of: "environments", key: "in", label: "Environment" },
      { kind: "text", key: "for", label: "For", hint: spans, required: true },
    ],
  },
  image: {
    about: "What the image says of itself.",
    start: { nonRoot: true },
    fields: [
      {
        kind: "text",
        key: "maxSize",
        label: "Size at most",
        hint: "Such as 200MB or 1GiB, compressed, of one platform",
      },
      { kind: "flag", key: "nonRoot", label: "Runs as another than root" },
      { kind: "flag", key: "healthcheck", label: "Has a health check" },
      { kind: "lines", key: "labels", label: "Labels that it has", hint: "Names, one a line" },
      {
        ...{ kind: "lines", key: "base", label: "Built from one of" },
        hint: "Images such as docker.io/library/debian:12, all below one such as registry.example.com/base/*, or digests",
      },
      {
        kind: "lines",
        key: "architectures",
        label: "Only for",
        hint: "Architectures such as amd64 or arm/v7, one a line",
      },
    ],
  },
  freeze: {
    about: "Promotion is closed by calendar.",
    start: { timezone: "UTC", deny: [{}] },
    fields: [
      {
        kind: "text",
        key: "timezone",
        label: "Time zone",
        hint: "On whose clocks, such as Europe/Paris",
        required: true,
      },
      { kind: "items", key: "deny", label: "Closed in", one: "window", fields: windowFields },
      { kind: "items", key: "allow", label: "Closed outside of", one: "window", fields: windowFields },
      {
        ...{ kind: "some", key: "exempt", label: "Severities that may pass", options: severities, usual: [] },
        hint: "With a reason and something to go back to",
      },
      {
        ...{ kind: "some", key: "appliesTo", label: "It closes", usual: ["promote", "autoPromote"] },
        options: { promote: "what people ask for", autoPromote: "what nobody asks for", rollback: "rollbacks" },
      },
    ],
  },
  errorBudget: {
    about: "The error budget of every service that moves is not spent.",
    start: {},
    fields: [
      { kind: "name", of: "slos", key: "slo", label: "Objective" },
      { kind: "text", key: "minRemaining", label: "At least left", hint: "Such as 10%; 0% where it is empty" },
      {
        ...{ kind: "number", key: "maxBurnRate", label: "Burn rate at most" },
        hint: "Over the last hour: 1 spends exactly the whole budget in its window",
      },
    ],
  },
  vulnerabilities: {
    about: "How many vulnerabilities a scan of the same digest may have found.",
    start: { critical: 0, high: 0 },
    fields: [
      { kind: "number", key: "critical", label: "Critical", hint: limit },
      { kind: "number", key: "high", label: "High", hint: limit },
      { kind: "number", key: "medium", label: "Medium", hint: limit },
      { kind: "number", key: "low", label: "Low", hint: limit },
      { kind: "number", key: "unrated", label: "Without a rating", hint: "How many are allowed; 0 where it is empty" },
      { kind: "text", key: "maxAge", label: "Scanned within", hint: `${spans}; left empty, of any age` },
      {
        ...{ kind: "some", key: "from", label: "Scans that count", usual: ["upload", "registry"] },
        options: { upload: "uploaded ones", registry: "those attached in the registry" },
      },
      {
        ...{ kind: "items", key: "allow", label: "Allowed all the same", one: "vulnerability" },
        fields: [
          { kind: "text", key: "id", label: "Id", hint: "Such as CVE-2026-12345", required: true },
          { kind: "text", key: "until", label: "Until", hint: "The last day, such as 2026-12-31", required: true },
          { kind: "text", key: "reason", label: "Reason", required: true },
        ],
      },
    ],
  },
  tests: {
    about: "CI has reported these checks of the same digest as passed.",
    start: { checks: [] },
    fields: [
      { kind: "lines", key: "checks", label: "Checks", hint: "Names as CI reports them, one a line", required: true },
      { kind: "name", of: "environments", key: "in", label: "Reported for; this environment where none is chosen" },
      { kind: "text", key: "maxAge", label: "Reported within", hint: `${spans}; left empty, of any age` },
    ],
  },
  webhook: {
    about: "Another system is asked whether exactly this plan may go.",
    start: {},
    fields: [
      {
        ...{ kind: "text", key: "url", label: "Address", required: true },
        hint: "Such as https://change.example.com/check; it is sent JSON, signed",
      },
      {
        ...{ kind: "text", key: "secret", label: "Signed with", required: true },
        hint: "A reference such as env:CHANGE_SECRET, never the secret itself",
      },
      { kind: "text", key: "timeout", label: "Answers within", hint: "Such as 5s; 10s where it is empty, and at most" },
      { kind: "text", key: "passFor", label: "A yes counts for", hint: `${spans}; 15m where it is empty, 24h at most` },
    ],
  },
  checklist: {
    about: "People tick items for the exact plan.",
    start: { items: [{}] },
    fields: [
      {
        ...{ kind: "items", key: "items", label: "Items", one: "item", short: "text" },
        fields: [
          { kind: "text", key: "text", label: "What must be so", required: true },
          {
            kind: "lines",
            key: "by",
            label: "Ticked by one of",
            hint: `${people}; left empty, whoever may tick there`,
          },
          { kind: "flag", key: "otherThanRequester", label: "By another person than whoever asked" },
        ],
      },
    ],
  },
  signature: {
    about: "The digest is signed by one of these.",
    start: {},
    fields: [
      {
        kind: "lines",
        key: "keys",
        label: "Keys",
        hint: "References such as file:/etc/waybill/cosign.pub, one a line",
      },
      {
        ...{ kind: "items", key: "identities", label: "People or jobs without a key", one: "identity" },
        fields: [
          {
            kind: "text",
            key: "issuer",
            label: "Vouched for by",
            hint: "Such as https://token.actions.githubusercontent.com",
            required: true,
          },
          {
            kind: "text",
            key: "subject",
            label: "Whom",
            hint: "An address or an e-mail; * at its end stands for any rest",
            required: true,
          },
        ],
      },
      {
        kind: "text",
        key: "trustedRoot",
        label: "Trusted root",
        hint: "With identities: a reference to a trusted_root.json",
      },
    ],
  },
};

/** The kinds that stand in the list of gates, in the order in which they are offered. */
export const listedKinds = (Object.keys(gateForms) as GateKind[]).filter((kind) => kind !== "upstream");

/** The form of a gate that a text names; undefined for a kind that this version has none for. */
export function formOf(kind: string): GateForm | undefined {
  return Object.hasOwn(gateForms, kind) ? gateForms[kind as GateKind] : undefined;
}
