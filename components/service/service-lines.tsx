import Link from "next/link";
import { ShortDigest } from "@/components/digest/short-digest";
import { HealthMark } from "@/components/state/health-mark";
import { State } from "@/components/state/state";
import type { StateName } from "@/components/state/state-language";
import { RelativeTime } from "@/components/time/relative-time";
import { Lines } from "@/components/ui/lines";
import type { ServiceLine, ServicePort } from "@/lib/queries/services";

const columns = [
  { key: "service", head: "service", width: "22%" },
  { key: "ports", head: "runs" },
  { key: "newest", head: "newest release", width: "20%" },
];

/** Services, one a line, each with what it runs along its way. */
export function ServiceLines({ lines, withProject }: { lines: ServiceLine[]; withProject: boolean }) {
  return (
    <div className="sheet">
      <Lines caption="Services" columns={columns} heads tall stack bare>
        {lines.map((line) => (
          <Line key={`${line.project}/${line.name}`} line={line} withProject={withProject} />
        ))}
      </Lines>
    </div>
  );
}

function Line({ line, withProject }: { line: ServiceLine; withProject: boolean }) {
  const { project, name, repository, ports, newest } = line;
  return (
    <tr>
      <th scope="row" className="strong">
        <Link className="link" href={`/services/${project}/${name}`}>
          {name}
        </Link>
        <span className="muted mono block font-regular">
          {withProject ? `${project}, ` : ""}
          {repository}
        </span>
      </th>
      <td>
        <ol className="flex flex-wrap gap-x-6 gap-y-1" aria-label={`Where ${name} runs`}>
          {ports.map((port) => (
            <Port key={port.environment} port={port} />
          ))}
        </ol>
      </td>
      <td>
        {newest ? (
          <>
            <Link className="link" href={`/releases/${project}/${encodeURIComponent(newest.release)}`}>
              {newest.version}
            </Link>
            <span className="muted block">
              <RelativeTime at={newest.announcedAt} />
            </span>
          </>
        ) : (
          <span className="muted">none announced yet</span>
        )}
      </td>
    </tr>
  );
}

function Port({ port }: { port: ServicePort }) {
  return (
    <li className="grid w-44 grid-cols-[auto_minmax(0,1fr)] gap-x-2">
      <span className="row-span-2">
        <HealthMark health={port.health} />
      </span>
      <span className="clip">
        <span className="muted">{port.environment} </span>
        <b>{port.version ?? (port.digest ? "not announced" : "")}</b>
      </span>
      <span className="muted clip">
        {port.digest ? <ShortDigest digest={port.digest} /> : "nothing yet"}
        <Mark port={port} />
      </span>
    </li>
  );
}

function Mark({ port }: { port: ServicePort }) {
  if (port.drift)
    return (
      <span className="ml-2">
        <State name="drift" />
      </span>
    );
  if (port.open)
    return (
      <span className="ml-2">
        <State name={port.open.phase as StateName} />
      </span>
    );
  if (!port.since) return null;
  return (
    <span className="ml-2">
      <RelativeTime at={port.since} form="age" />
    </span>
  );
}
