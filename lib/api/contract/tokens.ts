import { z } from "zod";
import { operation } from "@/lib/api/operation";
import { instant } from "@/lib/api/values";
import { createTokenInput } from "@/lib/commands/create-token";
import { revokeTokenInput } from "@/lib/commands/revoke-token";

const token = z
  .strictObject({
    id: z.uuid(),
    label: z.string(),
    project: z.string(),
    role: z.string(),
    environments: z.array(z.string()).meta({ description: "empty: every environment" }),
    owner: z.string(),
    ownerName: z.string().nullable(),
    createdAt: instant,
    expiresAt: instant,
    revokedAt: instant.nullable(),
    usedAt: instant.nullable(),
  })
  .meta({ id: "Token", description: "nothing in it helps to use it" });

const createdToken = z
  .strictObject({
    id: z.uuid(),
    secret: z.string().meta({ description: "wb_…: shown this once, kept nowhere" }),
    label: z.string(),
    expiresAt: instant,
  })
  .meta({ id: "CreatedToken" });

export const createTokenOperation = operation({
  id: "createToken",
  method: "post",
  path: "/tokens",
  tag: "Tokens",
  summary: "Make a token",
  description:
    "It may do no more than whoever makes it, and what its owner may do at the moment of use. One made with a token " +
    "does not outlive that token.",
  body: createTokenInput.meta({ id: "TokenRequest" }),
  answers: { 201: { description: "made; its secret is shown this once", schema: createdToken } },
  refusals: [],
});

export const listTokensOperation = operation({
  id: "listTokens",
  method: "get",
  path: "/tokens",
  tag: "Tokens",
  summary: "List tokens",
  description: "Of a project, newest first: all of them for its administrators, your own for everybody else.",
  query: z.strictObject({
    project: z.string().min(1).max(63).meta({ description: "a project's name, or * for tokens of every project" }),
  }),
  answers: { 200: { description: "the tokens", schema: z.strictObject({ items: z.array(token) }) } },
  refusals: [],
});

export const revokeTokenOperation = operation({
  id: "revokeToken",
  method: "delete",
  path: "/tokens/{id}",
  tag: "Tokens",
  summary: "Revoke a token",
  description: "It is void at once. Revoking it again changes nothing.",
  params: revokeTokenInput,
  answers: { 204: { description: "revoked" } },
  refusals: [],
});
