import { z } from "zod";
import { operation } from "@/lib/api/operation";
import { actor, instant, limit, projectName } from "@/lib/api/values";

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const params = z.strictObject({
  project: projectName.meta({ description: "a project's name, or @instance for what concerns the installation" }),
});

const entry = z
  .strictObject({
    v: z.literal(1),
    project: z.string(),
    seq: z.int().meta({ description: "from 1, without gaps" }),
    at: instant,
    kind: z.string().meta({ description: "what happened, past tense", examples: ["promotion.approved"] }),
    actor,
    subject: z.strictObject({
      promotion: z.string().optional(),
      service: z.string().optional(),
      environment: z.string().optional(),
      release: z.string().optional(),
    }),
    data: z.record(z.string(), z.unknown()),
    prev: hash.meta({ description: "the hash of the entry before; 64 zeros for the first" }),
    hash: hash.meta({ description: "SHA-256 over the RFC 8785 form of the entry without it" }),
  })
  .meta({ id: "LedgerEntry" });

export const readLedgerOperation = operation({
  id: "readLedger",
  method: "get",
  path: "/ledger/{project}",
  tag: "Ledger",
  summary: "Read the ledger",
  description: "Entries by number, oldest first, from behind `after`.",
  params,
  query: z.strictObject({
    after: z
      .string()
      .regex(/^\d{1,15}$/, "must be an entry's number")
      .transform(Number)
      .default(0)
      .meta({ description: "the number of the last entry that was read", override: { type: "integer", default: 0 } }),
    limit: limit(1_000, 200),
  }),
  answers: {
    200: {
      description: "a page of entries",
      schema: z
        .strictObject({
          items: z.array(entry),
          next: z.int().nullable().meta({ description: "`after` of the next page; null where the chain ends here" }),
        })
        .meta({ id: "LedgerPage" }),
    },
  },
  refusals: [],
});

export const exportLedgerOperation = operation({
  id: "exportLedger",
  method: "get",
  path: "/ledger/{project}/export",
  tag: "Ledger",
  summary: "Export the ledger",
  description: "The whole chain as JSON lines, one entry a line in RFC 8785 form, to be verified offline.",
  params,
  answers: { 200: { description: "JSON lines", mediaType: "application/x-ndjson" } },
  refusals: [],
});

export const ledgerHeadOperation = operation({
  id: "readLedgerHead",
  method: "get",
  path: "/ledger/{project}/head",
  tag: "Ledger",
  summary: "Where the ledger ends",
  description: "The number and hash of the last entry: kept elsewhere, they tell later whether an end was cut off.",
  params,
  answers: {
    200: {
      description: "the head",
      schema: z.strictObject({ project: z.string(), seq: z.int(), hash }).meta({ id: "LedgerHead" }),
    },
  },
  refusals: [],
});
