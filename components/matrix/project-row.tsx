import { Shape } from "@/components/state/shape";
import { State } from "@/components/state/state";
import { classNames } from "@/components/ui/class-names";
import { countWords } from "@/components/ui/count-words";
import type { MatrixEnvironment, MatrixProject } from "./matrix-view";

interface ProjectRowProps {
  project: MatrixProject;
  columns: string[];
  inSight: number[];
  rowIndex: number;
  compact: boolean;
}

/** One project's route: its ports on a line, with what closes each. */
export function ProjectRow({ project, columns, inSight, rowIndex, compact }: ProjectRowProps) {
  const route = project.environments;
  return (
    <div role="row" className="matrix__project" aria-rowindex={rowIndex}>
      <div role="rowheader" className="matrix__service" aria-colindex={1}>
        <span className="clip">
          <b>{project.name}</b>{" "}
          <span className="muted small">
            {countWords(project.services)} {project.services === 1 ? "service" : "services"}
          </span>
        </span>
      </div>
      {inSight.map((place) => {
        const environment = route.find((each) => each.name === columns[place]);
        return (
          <div key={columns[place]} role="gridcell" aria-colindex={place + 2} style={{ gridColumnStart: place + 2 }}>
            {environment ? (
              <PortLine
                environment={environment}
                first={environment === route[0]}
                last={environment === route.at(-1)}
                compact={compact}
              />
            ) : (
              <span className="port-line port-line--through" />
            )}
          </div>
        );
      })}
    </div>
  );
}

interface PortLineProps {
  environment: MatrixEnvironment;
  first: boolean;
  last: boolean;
  compact: boolean;
}

function PortLine({ environment, first, last, compact }: PortLineProps) {
  const isLive = environment.live ?? last;
  const words = environment.state === "open" ? "open" : `${environment.state}: ${environment.note ?? ""}`;
  return (
    <span className={classNames("port-line", first && "port-line--first", last && "port-line--last")} title={words}>
      <i className={isLive ? "port port--last" : "port"} aria-hidden="true" />
      {environment.state === "open" ? (
        <span>open</span>
      ) : (
        <b>
          <State name={environment.state} />
        </b>
      )}
      {environment.note && !compact ? <bdi className="clip">{environment.note}</bdi> : null}
      {environment.note && compact ? <span className="sr">{environment.note}</span> : null}
    </span>
  );
}

/** An environment in the head of a narrow matrix of one project, where the route has no row of its own. */
export function PortHead({ environment, first, last }: Omit<PortLineProps, "compact">) {
  const isLive = environment.live ?? last;
  return (
    <span className={classNames("port-line", first && "port-line--first", last && "port-line--last")}>
      <i className={isLive ? "port port--last" : "port"} aria-hidden="true" />
      <b className="clip">{environment.name}</b>
      {environment.state === "open" ? null : (
        <span className={environment.state === "held" ? "toned tone-ink" : "toned tone-warn"} title={environment.note}>
          <Shape
            name={environment.state === "held" ? "hold" : "closed"}
            label={`${environment.state}${environment.note ? `: ${environment.note}` : ""}`}
          />
        </span>
      )}
    </span>
  );
}
