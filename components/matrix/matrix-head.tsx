import { countWords } from "@/components/ui/count-words";
import type { MatrixProject } from "./matrix-view";
import { PortHead } from "./project-row";

interface MatrixHeadProps {
  projects: MatrixProject[];
  columns: string[];
  inSight: number[];
  /** A narrow matrix of one project has its route in the head. */
  routeInHead: boolean;
}

export function MatrixHead({ projects, columns, inSight, routeInHead }: MatrixHeadProps) {
  const route = routeInHead ? projects.find((project) => project.services > 0)?.environments : undefined;
  return (
    <div role="rowgroup" className="matrix__headgroup">
      <div role="row" className="matrix__head" aria-rowindex={1}>
        <div role="columnheader" className="matrix__corner" aria-colindex={1}>
          <b>Service</b>
        </div>
        {inSight.map((place) => {
          const name = columns[place] ?? "";
          const environment = route?.find((each) => each.name === name);
          return (
            <div
              key={name}
              role="columnheader"
              className="matrix__env"
              aria-colindex={place + 2}
              style={{ gridColumnStart: place + 2 }}
            >
              {environment && route ? (
                <PortHead
                  environment={environment}
                  first={environment === route[0]}
                  last={environment === route.at(-1)}
                />
              ) : (
                <>
                  <b className="clip">{name}</b>
                  <HealthySum projects={projects} environment={name} />
                </>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function HealthySum({ projects, environment }: { projects: MatrixProject[]; environment: string }) {
  const known = projects
    .flatMap((project) => project.environments)
    .filter((each) => each.name === environment && each.running !== undefined);
  if (known.length === 0) return null;
  const healthy = known.reduce((sum, each) => sum + (each.healthy ?? 0), 0);
  const running = known.reduce((sum, each) => sum + (each.running ?? 0), 0);
  return (
    <span className="matrix__sum">
      {countWords(healthy)} of {countWords(running)} healthy
    </span>
  );
}
