import { type BlockAction, BlockButton } from "@/components/release/block-button";
import { previewHref } from "@/components/release/promote-menu";
import { StandingCell } from "@/components/release/standing-cell";
import { Box } from "@/components/sheet/box";
import { State } from "@/components/state/state";
import { Button, LinkButton } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Lines } from "@/components/ui/lines";
import type { ReleasePlace, ReleaseView } from "@/lib/queries/release";

interface ReleasePlacesProps {
  number: number;
  view: ReleaseView;
  blockAction: BlockAction;
}

/** Each environment that the release can reach: how each of its services stands there, and the way to the preview. */
export function ReleasePlaces({ number, view, blockAction }: ReleasePlacesProps) {
  const several = view.artifacts.length > 1;
  const columns = [
    { key: "environment", head: "environment", width: "20%" },
    { key: "stands", head: "stands" },
    { key: "needs", head: "before that", width: "30%" },
    { key: "go", head: <span className="sr">preview</span>, width: "188px", numeric: true },
  ];
  if (view.places.length === 0) {
    return (
      <Box number={number} title="Where it may go" flush>
        <EmptyState title="Nowhere" bare>
          None of its services has a target in the project's file.
        </EmptyState>
      </Box>
    );
  }
  return (
    <Box number={number} title="Where it is, where it may go" flush>
      <Lines caption="Environments" columns={columns} heads tall stack>
        {view.places.map((place) => (
          <tr key={place.environment}>
            <th scope="row" className="strong">
              {place.environment}
              {place.protected ? <span className="muted block font-regular">protected</span> : null}
            </th>
            <td>
              {view.artifacts.map((artifact) => (
                <span key={artifact.service} className="block">
                  {several ? `${artifact.service} ` : null}
                  <StandingCell standing={artifact.standings.find((one) => one.environment === place.environment)} />
                </span>
              ))}
            </td>
            <td className="muted">
              <Needs place={place} view={view} />
            </td>
            <td className="num lines__side">
              <span className="inline-flex flex-wrap items-center justify-end gap-1">
                <Go place={place} view={view} />
                {place.mayBlock ? <Blocks place={place} view={view} blockAction={blockAction} /> : null}
              </span>
            </td>
          </tr>
        ))}
      </Lines>
    </Box>
  );
}

/** Where the same digests must have succeeded before, and whether they have; the preview asks every gate. */
function Needs({ place, view }: { place: ReleasePlace; view: ReleaseView }) {
  if (place.held !== null) return <State name="held">held: {place.held}</State>;
  if (place.requires.length === 0) return "nothing required";
  const done = place.requires.filter((environment) =>
    view.artifacts.every((artifact) =>
      artifact.standings.some((one) => one.environment === environment && one.verifiedAt !== null),
    ),
  );
  const enough = place.requiresAny ? done.length > 0 : done.length === place.requires.length;
  const names = place.requires.join(place.requiresAny ? " or " : " and ");
  return enough ? <State name="pass">succeeded in {names}</State> : <State name="wait">must succeed in {names}</State>;
}

/** Keeps the release's digests out of a place, one by one; what is blocked there already has no button. */
function Blocks({ place, view, blockAction }: { place: ReleasePlace; view: ReleaseView; blockAction: BlockAction }) {
  const { environment } = place;
  const several = view.artifacts.length > 1;
  return view.artifacts.map(({ service, digest, version, standings }) => {
    const standing = standings.find((one) => one.environment === environment);
    if (!standing || standing.blocked !== null) return null;
    return (
      <BlockButton
        key={service}
        {...{ project: view.project, environment, service, digest, version, runs: standing.runs }}
        action={blockAction}
      >
        {several ? `Block ${service}…` : "Block…"}
      </BlockButton>
    );
  });
}

function Go({ place, view }: { place: ReleasePlace; view: ReleaseView }) {
  const { environment, mayPromote } = place;
  if (!mayPromote) {
    return (
      <>
        <Button size="small" disabled title={`You may not promote to ${environment}`}>
          Preview
        </Button>
        <span className="muted block">you may not</span>
      </>
    );
  }
  return (
    <LinkButton
      size="small"
      href={previewHref(view.project, environment, view.key)}
      aria-label={`Preview ${view.key} in ${environment}`}
    >
      Preview
    </LinkButton>
  );
}
