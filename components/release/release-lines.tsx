import Link from "next/link";
import { ShortDigest } from "@/components/digest/short-digest";
import { State } from "@/components/state/state";
import { RelativeTime } from "@/components/time/relative-time";
import { Lines } from "@/components/ui/lines";
import type { ReleaseLine } from "@/lib/queries/releases";

const columns = [
  { key: "release", head: "release", width: "24%" },
  { key: "artifacts", head: "what is in it", width: "26%" },
  { key: "places", head: "where it is" },
  { key: "announced", head: "announced", width: "152px" },
];

const artifactsShown = 2;

/** Releases, one a line. */
export function ReleaseLines({ lines, withProject }: { lines: ReleaseLine[]; withProject: boolean }) {
  return (
    <div className="sheet">
      <Lines caption="Releases" columns={columns} heads tall stack bare>
        {lines.map((line) => (
          <Line key={`${line.project}/${line.key}`} line={line} withProject={withProject} />
        ))}
      </Lines>
    </div>
  );
}

function Line({ line, withProject }: { line: ReleaseLine; withProject: boolean }) {
  const { project, key, artifacts, places } = line;
  return (
    <tr>
      <th scope="row" className="strong">
        <Link className="link break-words" href={`/releases/${project}/${encodeURIComponent(key)}`}>
          {key}
        </Link>
        {withProject ? <span className="muted block font-regular">{project}</span> : null}
      </th>
      <td>
        {artifacts.slice(0, artifactsShown).map((artifact) => (
          <span key={artifact.service} className="clip block">
            {artifacts.length > 1 ? `${artifact.service} ` : null}
            <ShortDigest digest={artifact.digest} />
            {artifact.revision ? (
              <span className="muted">
                , commit <span className="mono">{artifact.revision.slice(0, 7)}</span>
              </span>
            ) : null}
          </span>
        ))}
        {artifacts.length > artifactsShown ? (
          <span className="muted">and {artifacts.length - artifactsShown} more services</span>
        ) : null}
      </td>
      <td>
        <span className="flex flex-wrap gap-x-4 gap-y-1">
          {places.map((place) => (
            <Place key={place.environment} place={place} />
          ))}
          {places.every((place) => place.runs === 0 && !place.verifiedAt && !place.blocked) ? (
            <span className="muted">nowhere yet</span>
          ) : null}
        </span>
      </td>
      <td className="muted">
        <RelativeTime at={line.announcedAt} />
        <span className="clip block">{line.announcedBy}</span>
      </td>
    </tr>
  );
}

/** What runs first, then what may not, then what succeeded; nothing where it never came. */
function Place({ place }: { place: ReleaseLine["places"][number] }) {
  const { environment, runs, of, verifiedAt, blocked } = place;
  const some = of > 1 && runs < of ? `, ${runs} of ${of}` : "";
  if (runs > 0)
    return (
      <State name="observed">
        runs in {environment}
        {some}
      </State>
    );
  if (blocked) return <State name="blocked">blocked in {environment}</State>;
  if (verifiedAt)
    return (
      <span className="muted">
        <State name="succeeded">was in {environment}</State>
      </span>
    );
  return null;
}
