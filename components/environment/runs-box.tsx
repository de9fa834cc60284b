import Link from "next/link";
import { useState } from "react";
import { ShortDigest } from "@/components/digest/short-digest";
import { CellMark, remarksOf } from "@/components/matrix/cell-mark";
import { setQuery } from "@/components/promote/set-address";
import { Box } from "@/components/sheet/box";
import { HealthMark } from "@/components/state/health-mark";
import { RelativeTime } from "@/components/time/relative-time";
import { LinkButton } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { countWords } from "@/components/ui/count-words";
import { Lines } from "@/components/ui/lines";
import { Pagination } from "@/components/ui/pagination";
import type { EnvironmentView } from "@/lib/queries/environment";

const columns = [
  { key: "service", head: "service", width: "26%" },
  { key: "runs", head: "runs", width: "22%" },
  { key: "health", head: "health", width: "20%" },
  { key: "mark", head: "stands" },
];
const moveColumn = { key: "move", head: "could come", width: "172px", numeric: true };

interface RunsBoxProps {
  view: EnvironmentView;
  onOffset: (offset: number) => void;
}

/** What was seen running here, service by service. */
export function RunsBox({ view, onOffset }: RunsBoxProps) {
  const { total, offset, lines } = view.services;
  const last = offset + lines.length;
  const movable = lines.flatMap(({ cell }) => cell.canPromote?.releaseId ?? []);
  const anyMoves = movable.length > 0;
  const [chosen, setChosen] = useState<readonly string[]>([]);
  // What could come may have gone, or be another one by now.
  const together = [...new Set(movable.filter((release) => chosen.includes(release)))];
  return (
    <Box title="What runs here" number={1} note={`${countWords(total)} ${total === 1 ? "service" : "services"}`} flush>
      {lines.length === 0 ? (
        <p className="muted small">No service has a target here.</p>
      ) : (
        <Lines caption="What runs here" columns={anyMoves ? [...columns, moveColumn] : columns} heads tall stack>
          {lines.map(({ service, repository, cell }) => (
            <RunLine
              key={service}
              view={view}
              service={service}
              repository={repository}
              cell={cell}
              withMove={anyMoves}
              withChoice={movable.length > 1}
              chosen={chosen}
              onChosen={(release, isChosen) =>
                setChosen(isChosen ? [...chosen, release] : chosen.filter((one) => one !== release))
              }
            />
          ))}
        </Lines>
      )}
      {together.length > 1 ? (
        <p className="flex justify-end p-2">
          <LinkButton
            variant="primary"
            href={`/promote/set?${setQuery({ project: view.project, environment: view.environment, releases: together })}`}
          >
            Preview {together.length} together
          </LinkButton>
        </p>
      ) : null}
      {total > lines.length ? (
        <Pagination
          summary={`${countWords(offset + 1)} to ${countWords(last)} of ${countWords(total)}`}
          previousLabel="Before"
          nextLabel="After"
          onPrevious={offset > 0 ? () => onOffset(Math.max(0, offset - 50)) : undefined}
          onNext={last < total ? () => onOffset(last) : undefined}
        />
      ) : null}
    </Box>
  );
}

interface RunLineProps {
  view: EnvironmentView;
  service: string;
  repository: string;
  cell: EnvironmentView["services"]["lines"][number]["cell"];
  withMove: boolean;
  /** There is another one that it could be promoted together with. */
  withChoice: boolean;
  chosen: readonly string[];
  onChosen: (release: string, isChosen: boolean) => void;
}

function RunLine({ view, service, repository, cell, withMove, withChoice, chosen, onChosen }: RunLineProps) {
  const { project, environment } = view;
  const remarks = remarksOf(cell);
  const promote = cell.canPromote && new URLSearchParams({ project, environment, release: cell.canPromote.releaseId });
  return (
    <tr>
      <th scope="row">
        <Link className="link strong" href={`/services/${project}/${service}`}>
          {service}
        </Link>
        <span className="mono muted block clip">{repository}</span>
      </th>
      <td>
        <span className="strong">{cell.version ?? "nothing yet"}</span>
        {cell.digest ? (
          <span className="muted block">
            <ShortDigest digest={cell.digest} /> {cell.since ? <RelativeTime at={cell.since} form="age" /> : null}
          </span>
        ) : null}
      </td>
      <td>
        <HealthMark health={cell.health} word />
        {cell.mark && remarks.length > 0 ? <span className="muted block small">{remarks.join(", ")}</span> : null}
      </td>
      <td>
        <CellMark cell={cell} />
      </td>
      {withMove ? (
        <td className="num">
          {promote && cell.canPromote ? (
            <span className="inline-flex items-center gap-2">
              <LinkButton href={`/promote?${promote}`} size="small">
                Promote {cell.canPromote.version}
              </LinkButton>
              {withChoice ? (
                <Choose release={cell.canPromote.releaseId} service={service} chosen={chosen} onChosen={onChosen} />
              ) : null}
            </span>
          ) : null}
        </td>
      ) : null}
    </tr>
  );
}

type ChooseProps = Pick<RunLineProps, "service" | "chosen" | "onChosen"> & { release: string };

/** Takes a release into what is previewed and asked for together. */
function Choose({ release, service, chosen, onChosen }: ChooseProps) {
  return (
    <Checkbox
      label={<span className="sr">Choose {service} to promote together with others</span>}
      checked={chosen.includes(release)}
      onCheckedChange={(isChosen) => onChosen(release, isChosen)}
    />
  );
}
