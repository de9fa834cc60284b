import Link from "next/link";
import { ShortDigest } from "@/components/digest/short-digest";
import { CellMark, remarksOf } from "@/components/matrix/cell-mark";
import { Box } from "@/components/sheet/box";
import { HealthMark } from "@/components/state/health-mark";
import { RelativeTime } from "@/components/time/relative-time";
import { LinkButton } from "@/components/ui/button";
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
const moveColumn = { key: "move", head: "could come", width: "148px", numeric: true };

interface RunsBoxProps {
  view: EnvironmentView;
  onOffset: (offset: number) => void;
}

/** What was seen running here, service by service. */
export function RunsBox({ view, onOffset }: RunsBoxProps) {
  const { total, offset, lines } = view.services;
  const last = offset + lines.length;
  const anyMoves = lines.some(({ cell }) => cell.canPromote);
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
            />
          ))}
        </Lines>
      )}
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

type RunLineProps = EnvironmentView["services"]["lines"][number] & { view: EnvironmentView; withMove: boolean };

function RunLine({ view, service, repository, cell, withMove }: RunLineProps) {
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
          {promote ? (
            <LinkButton href={`/promote?${promote}`} size="small">
              Promote {cell.canPromote?.version}
            </LinkButton>
          ) : null}
        </td>
      ) : null}
    </tr>
  );
}
