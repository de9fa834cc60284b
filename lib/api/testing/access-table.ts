import type { Access } from "@/lib/api/testing/access/access";
import { environmentsActions, environmentsOperations } from "@/lib/api/testing/access/environments";
import { peopleActions, peopleOperations } from "@/lib/api/testing/access/people";
import { projectActions, projectOperations } from "@/lib/api/testing/access/project";
import { promotionsActions, promotionsOperations } from "@/lib/api/testing/access/promotions";
import { releasesActions, releasesOperations } from "@/lib/api/testing/access/releases";

/** Every method of the public API. */
export const apiAccess: Record<string, Access> = {
  ...projectOperations,
  ...releasesOperations,
  ...promotionsOperations,
  ...environmentsOperations,
  ...peopleOperations,
};

/** Every exported function of a module of server actions. */
export const actionAccess: Record<string, Access> = {
  ...projectActions,
  ...environmentsActions,
  ...promotionsActions,
  ...releasesActions,
  ...peopleActions,
};
