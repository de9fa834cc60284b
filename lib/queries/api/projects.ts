import type { Principal } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import { readableProjects } from "@/lib/queries/api/visible";

export interface ProjectView {
  name: string;
  title: string;
  /** Of its file. */
  version: number;
  environments: { name: string; tag: string | null; protected: boolean }[];
  services: { name: string; repository: string }[];
}

/** The projects that the principal may see, by name, with their environments and services in the file's order. */
export async function listProjects(db: Queryable, principal: Principal): Promise<ProjectView[]> {
  const projects = await readableProjects(db, principal);
  return db.query<ProjectView>(sql`
    select p.name, p.title, p.file_version as version,
           (select coalesce(json_agg(json_build_object('name', e.name, 'tag', e.tag, 'protected', e.protected)
                                     order by e.position), '[]')
              from environment e where e.project = p.name) as environments,
           (select coalesce(json_agg(json_build_object('name', s.name, 'repository', s.repository) order by s.position), '[]')
              from service s where s.project = p.name) as services
      from project p
     where p.name = any(${projects})
     order by p.name`);
}
