import { listPeopleOperation } from "@/lib/api/contract/people";
import { answer, handle } from "@/lib/api/handle";
import { getPool } from "@/lib/db/pool";
import { listPeople } from "@/lib/queries/api/people";

export const dynamic = "force-dynamic";

export const GET = handle(listPeopleOperation, async ({ principal }) =>
  answer(200, { items: await listPeople(getPool(), principal) }),
);
