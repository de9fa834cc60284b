import Link from "next/link";
import { ShortDigest } from "@/components/digest/short-digest";
import { previewQuery } from "@/components/promote/preview-address";
import { previewAnswer } from "@/components/promote/preview-answer";
import { Shape } from "@/components/state/shape";
import { LinkButton } from "@/components/ui/button";
import { Lines } from "@/components/ui/lines";
import type { PromoteSetView } from "@/lib/queries/promote-set";

const columns = [
  { key: "release", head: "release", width: "24%" },
  { key: "moves", head: "from and to", width: "26%" },
  { key: "answer", head: "what would happen" },
  { key: "act", head: <span className="sr">leave out</span>, width: "112px", numeric: true },
];

interface SetLinesProps {
  view: PromoteSetView;
  /** The address without one of them. */
  without: (release: string) => string;
}

/** A line a release: what it moves, what its own preview comes to, and the way to that. */
export function SetLines({ view, without }: SetLinesProps) {
  const { lines } = view;
  return (
    <Lines caption="What would move" columns={columns} heads tall stack>
      {lines.map(({ release, preview }) => (
        <tr key={release}>
          <th scope="row">
            <Link className="link strong" href={`/promote?${previewQuery(preview.subject)}`}>
              {release}
            </Link>
          </th>
          <td>
            {preview.kind === "preview"
              ? preview.plan.services.map(({ service, from, to }) => (
                  <span key={service} className="flex flex-wrap items-center gap-x-2">
                    <span>{from ? (from.version ?? <ShortDigest digest={from.digest} />) : "nothing"}</span>
                    <Shape name="arrow" label="to" />
                    <span className="strong">{to.version}</span> <ShortDigest digest={to.digest} />
                  </span>
                ))
              : null}
          </td>
          <td>{preview.kind === "preview" ? <Comes preview={preview} /> : <b>{preview.message}</b>}</td>
          <td className="num">
            {lines.length > 1 ? (
              <LinkButton size="small" variant="quiet" href={without(release)} aria-label={`Leave out ${release}`}>
                Leave out
              </LinkButton>
            ) : null}
          </td>
        </tr>
      ))}
    </Lines>
  );
}

function Comes({ preview }: { preview: Extract<PromoteSetView["lines"][number]["preview"], { kind: "preview" }> }) {
  const answer = previewAnswer(preview);
  const superseded = preview.supersedes.length;
  return (
    <>
      <span className={`toned tone-${answer.tone} flex items-center gap-2`}>
        <Shape name={answer.shape} /> <b>{answer.word}</b>
      </span>
      <span className="muted block small">
        {answer.text}
        {superseded > 0 ? ` This supersedes ${superseded}: ${preview.supersedes.map((one) => one.id).join(", ")}.` : ""}
      </span>
    </>
  );
}
