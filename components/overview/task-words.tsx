import { createContext, useContext } from "react";
import { servicesWords } from "@/components/promotion/promotion-name";
import { Shape } from "@/components/state/shape";

/** Whether the strip's lines say of which project they are: more than one is in sight. */
export const Named = createContext(false);

interface MovesProps {
  project: string;
  services: string[];
  version?: string;
  environment: string;
}

/** What moves where: `veza backend v2.4.1 → production`. */
export function Moves({ project, services, version, environment }: MovesProps) {
  return (
    <>
      <OfProject name={project} />
      <b className="clip">{servicesWords(services)}</b>
      {version === undefined ? null : <span className="clip">{version}</span>}
      <Shape name="arrow" label="to" />
      {environment}
    </>
  );
}

/** Before what is named, where more than one project is in sight. */
function OfProject({ name }: { name: string }) {
  return useContext(Named) ? <span className="task__project clip">{name}</span> : null;
}

interface PlaceProps {
  /** Left out where the project is what is named. */
  project?: string;
  name: string;
  rest: string;
}

/** What stands where: `veza chat staging`. */
export function Place({ project, name, rest }: PlaceProps) {
  return (
    <>
      {project === undefined ? null : <OfProject name={project} />}
      <b className="clip">{name}</b> {rest}
    </>
  );
}
