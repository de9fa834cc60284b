import { Changes } from "@/components/settings/changes-list";
import { RelativeTime } from "@/components/time/relative-time";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import type { ProjectFileView } from "@/lib/queries/settings";

interface FileConflictProps {
  view: ProjectFileView;
  /** The version that was typed over. */
  base: number;
  onKeep: () => void;
  onTake: () => void;
}

/** Somebody else applied a version meanwhile: what it changed, and the two ways on. Nothing typed is lost. */
export function FileConflict({ view, base, onKeep, onTake }: FileConflictProps) {
  const since = view.versions.filter((one) => one.version > base);
  const [newest] = since;
  return (
    <Alert
      tone="warn"
      live
      title="This changed meanwhile"
      action={
        <span className="flex flex-wrap gap-2">
          <Button size="small" onClick={onKeep}>
            Keep my text, over version {view.version}
          </Button>
          <Button size="small" onClick={onTake}>
            Take version {view.version}
          </Button>
        </span>
      }
    >
      You edit version {base}
      {newest ? (
        <>
          ; {newest.appliedBy} applied version {view.version} <RelativeTime at={newest.appliedAt} />. Keeping your text
          undoes what that changed, unless you write it in too:
        </>
      ) : (
        "; another one is applied by now."
      )}
      {since.map((one) => (
        <div key={one.version} className="mt-2">
          <Changes changes={one.changes} />
        </div>
      ))}
    </Alert>
  );
}
