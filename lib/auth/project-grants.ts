import { z } from "zod";
import type { Grant } from "@/lib/auth/principal";
import { type PersonRole, roles } from "@/lib/pipeline/policy/project";
import { sameAddress } from "@/lib/pipeline/policy/same-address";

/** The people of one stored project document. */
export interface ProjectPeople {
  project: string;
  people: PersonRole[];
}

const holder = { role: z.enum(roles), environments: z.array(z.string()).min(1).optional() };
const storedPerson = z.union([
  z.object({ kind: z.literal("group"), group: z.string().min(1), ...holder }),
  z.object({ kind: z.literal("person"), email: z.string().min(1), ...holder }),
]);

/** The people of a stored document; what is not understood gives nobody anything. */
export function readPeople(stored: unknown): PersonRole[] {
  if (!Array.isArray(stored)) return [];
  return stored.flatMap((item) => {
    const result = storedPerson.safeParse(item);
    return result.success ? [result.data] : [];
  });
}

/** Every role that the projects give to somebody with these groups and this address. */
export function grantsOf(
  person: { email: string; groups: readonly string[] },
  projects: readonly ProjectPeople[],
): Grant[] {
  return projects.flatMap(({ project, people }) =>
    people
      .filter((item) => fitsPerson(item, person))
      .map(({ role, environments }) => ({ project, role, environments: environments ?? null })),
  );
}

/** Whether a line of the project's file is about somebody with these groups and this address. */
export function fitsPerson(item: PersonRole, person: { email: string; groups: readonly string[] }): boolean {
  return item.kind === "group" ? person.groups.includes(item.group) : sameAddress(item.email, person.email);
}
