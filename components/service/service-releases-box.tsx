import Link from "next/link";
import { ShortDigest } from "@/components/digest/short-digest";
import { CommitLink } from "@/components/release/commit-link";
import { PromoteMenu } from "@/components/release/promote-menu";
import { StandingCell } from "@/components/release/standing-cell";
import { Box } from "@/components/sheet/box";
import { RelativeTime } from "@/components/time/relative-time";
import { EmptyState } from "@/components/ui/empty-state";
import { Lines } from "@/components/ui/lines";
import type { ServiceView } from "@/lib/queries/service";
import type { ServiceRelease } from "@/lib/queries/service-releases";

/** The newest releases of a service, and where each has succeeded, failed or is blocked. */
export function ServiceReleasesBox({ number, view }: { number: number; view: ServiceView }) {
  const { project, name, releases, places } = view;
  const columns = [
    { key: "release", head: "release", width: "200px" },
    { key: "built", head: "commit", width: "92px" },
    { key: "announced", head: "announced", width: "104px" },
    ...places.map((place) => ({ key: place.environment, head: place.environment, width: "132px" })),
    { key: "promote", head: <span className="sr">promote</span>, width: "120px", numeric: true },
  ];
  return (
    <Box
      number={number}
      title="Releases"
      note={releases.length > 0 ? "newest first" : undefined}
      flush
      answer={
        view.moreReleases ? (
          <Link className="link" href={`/releases?project=${project}&service=${name}`}>
            all releases
          </Link>
        ) : undefined
      }
    >
      {releases.length === 0 ? (
        <EmptyState title="No release yet" bare>
          A CI job announces one with <code className="mono">waybill announce</code>, or a person does with the button
          above.
        </EmptyState>
      ) : (
        <Lines caption={`Releases of ${name}`} columns={columns} heads tall stack>
          {releases.map((release) => (
            <Row key={release.key} release={release} view={view} />
          ))}
        </Lines>
      )}
    </Box>
  );
}

function Row({ release, view }: { release: ServiceRelease; view: ServiceView }) {
  const { project, places, source } = view;
  return (
    <tr>
      <th scope="row" className="strong">
        <Link className="link" href={`/releases/${project}/${encodeURIComponent(release.key)}`}>
          {release.version}
        </Link>
        <span className="muted block font-regular">
          <ShortDigest digest={release.digest} />
        </span>
      </th>
      <td>
        <CommitLink revision={release.revision} source={source} />
      </td>
      <td className="muted nowrap">
        <RelativeTime at={release.announcedAt} />
      </td>
      {places.map(({ environment }) => (
        <td key={environment}>
          <span className="phone:hidden muted">{environment} </span>
          <StandingCell standing={release.standings.find((one) => one.environment === environment)} />
        </td>
      ))}
      <td className="lines__side num">
        <PromoteMenu
          project={project}
          release={release.key}
          places={places.map((place) => {
            const standing = release.standings.find((one) => one.environment === place.environment);
            return {
              environment: place.environment,
              may: place.may.promote,
              note: standing?.blocked ? "blocked" : standing?.runs ? "runs there" : undefined,
            };
          })}
        />
      </td>
    </tr>
  );
}
