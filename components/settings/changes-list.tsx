import { changeLines } from "@/components/settings/change-lines";
import type { DocumentChanges, TextChange } from "@/components/settings/documents-outcome";
import { DiffLines } from "@/components/sheet/diff-lines";

/** What documents would change, or have changed, by path. */
export function ChangesList({ diffs }: { diffs: readonly DocumentChanges[] }) {
  const changed = diffs.filter((diff) => diff.status !== "unchanged");
  if (changed.length === 0) return <p className="small soft">Nothing: the text says what is applied already.</p>;
  return (
    <div className="grid gap-4">
      {changed.map(({ document, status, changes }) => (
        <section key={`${document.kind} ${document.name}`}>
          <h3 className="small mb-1">
            <b>
              {document.kind} {document.name}
            </b>{" "}
            <span className="muted">{status === "added" ? "is new" : countOf(changes.length)}</span>
          </h3>
          <Changes changes={changes} />
        </section>
      ))}
    </div>
  );
}

/** Changes of one document, each under its path. */
export function Changes({ changes }: { changes: readonly TextChange[] }) {
  return (
    <ul className="grid gap-2">
      {changes.map((change) => (
        <li key={`${change.path} ${change.kind}`}>
          <p className="small">
            <span className="mono break-all">{change.path === "" ? "the whole document" : change.path}</span>{" "}
            <span className="muted">{change.kind}</span>
          </p>
          <DiffLines label={change.path || "the whole document"} lines={changeLines(change)} />
        </li>
      ))}
    </ul>
  );
}

export function countOf(changes: number): string {
  return changes === 1 ? "1 change" : `${changes} changes`;
}
