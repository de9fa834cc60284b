import type { Actor } from "@/lib/pipeline/actor";
import type { Role, TokenRole } from "@/lib/pipeline/policy/project";

/** A role in a project, as its file gives it. `environments: null` means every environment. */
export interface Grant {
  project: string;
  role: Role;
  environments: string[] | null;
}

/** Somebody who signed in, with what they may do at this moment. `id` is issuer and subject. */
export interface PersonPrincipal {
  kind: "person";
  id: string;
  name: string;
  email: string;
  groups: string[];
  /** True for administrators of the installation: connections, every project. */
  administrator: boolean;
  grants: Grant[];
  /** When they proved who they are, ISO 8601; absent where this principal is not from a session, or nobody said. */
  authenticatedAt?: string;
}

/** The project of a token that counts in every project; only an administrator of the installation has such. */
export const EVERY_PROJECT = "*";

/** A bearer token with its owner as the owner stands at this moment. */
export interface TokenPrincipal {
  kind: "token";
  id: string;
  name: string;
  project: string;
  role: TokenRole;
  environments: string[] | null;
  /** ISO 8601, UTC. */
  expiresAt: string;
  owner: PersonPrincipal;
}

export type Principal = PersonPrincipal | TokenPrincipal;

/** Who the ledger says did it. */
export function actorOf(principal: Principal): Actor {
  switch (principal.kind) {
    case "person":
      return { kind: "person", id: principal.id, name: principal.name };
    case "token":
      return { kind: "token", id: principal.id, name: principal.name, owner: principal.owner.id };
    default:
      return principal satisfies never;
  }
}

/** When whoever acts proved who they are; a token proves nobody's presence. */
export function authenticatedAt(principal: Principal): string | null {
  return principal.kind === "person" ? (principal.authenticatedAt ?? null) : null;
}

/** The person who answers for it: a token's owner. */
export function personOf(principal: Principal): PersonPrincipal {
  return principal.kind === "token" ? principal.owner : principal;
}

/** Who acts, as a promotion is told: the actor, the person behind, and when they proved who they are. */
export function actOf(principal: Principal): { by: Actor; person: string; authenticatedAt: string | null } {
  return { by: actorOf(principal), person: personOf(principal).id, authenticatedAt: authenticatedAt(principal) };
}
