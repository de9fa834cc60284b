import { z } from "zod";
import { operation } from "@/lib/api/operation";
import { phase } from "@/lib/api/promotion-schema";
import {
  cursor,
  digest,
  environmentName,
  instant,
  limit,
  pageOf,
  projectName,
  promotionKey,
  serviceName,
} from "@/lib/api/values";

const project = z
  .strictObject({
    name: projectName,
    title: z.string(),
    version: z.int().meta({ description: "the version of its file" }),
    environments: z
      .array(z.strictObject({ name: environmentName, tag: z.string().nullable(), protected: z.boolean() }))
      .meta({ description: "in the order in which releases reach them" }),
    services: z.array(z.strictObject({ name: serviceName, repository: z.string() })),
  })
  .meta({ id: "Project" });

export const listProjectsOperation = operation({
  id: "listProjects",
  method: "get",
  path: "/projects",
  tag: "Projects",
  summary: "List the projects you may see",
  description: "By name, each with its environments and services in the order of its file.",
  answers: { 200: { description: "the projects", schema: z.strictObject({ items: z.array(project) }) } },
  refusals: [],
});

const runFields = {
  digest,
  version: z.string().nullable(),
  release: z.string().nullable(),
  since: instant.nullable(),
};
const run = z.strictObject(runFields).meta({ id: "Run" });

const cell = z
  .strictObject({
    environment: environmentName,
    wanted: z
      .strictObject({ ...runFields, promotion: promotionKey.nullable() })
      .nullable()
      .meta({ description: "what the ledger says should run" }),
    observed: run.nullable().meta({ description: "what was seen running" }),
    observedAt: instant.nullable().meta({ description: "when it was looked at last" }),
    verified: run.nullable().meta({ description: "what passed its verification there last" }),
    health: z.string().meta({ description: "healthy, degraded, failing, nothing or unknown" }),
    healthReason: z.string().nullable(),
    ready: z.int(),
    desired: z.int(),
    drift: z
      .strictObject({ digest, since: instant.nullable() })
      .nullable()
      .meta({ description: "what runs although something else should" }),
    open: z
      .strictObject({ promotion: promotionKey, phase, version: z.string().nullable() })
      .nullable()
      .meta({ description: "the promotion that is under way there, or the newest that waits" }),
  })
  .meta({ id: "Cell" });

const matrixRow = z
  .strictObject({ project: projectName, service: serviceName, cells: z.array(cell) })
  .meta({ id: "MatrixRow" });

export const matrixOperation = operation({
  id: "readMatrix",
  method: "get",
  path: "/matrix",
  tag: "Projects",
  summary: "What runs where",
  description:
    "Services in the order of their project's file, each with a cell for every environment it has a target in.",
  query: z.strictObject({
    project: projectName.optional(),
    service: serviceName.optional(),
    limit: limit(500, 200),
    cursor: cursor.optional(),
  }),
  answers: { 200: { description: "a page of services", schema: pageOf("MatrixPage", matrixRow) } },
  refusals: [],
});
