import { commitUrl } from "@/lib/pipeline/release/source-links";

interface CommitLinkProps {
  revision: string | null;
  /** Where the code is, as the image or the project file says it. */
  source: string | null;
}

/** A commit's first seven digits, and the way to it where its place is known. */
export function CommitLink({ revision, source }: CommitLinkProps) {
  if (!revision) return <span className="muted">not named by the image</span>;
  const url = commitUrl(source, revision);
  const short = revision.slice(0, 7);
  if (!url)
    return (
      <span className="mono" title={revision}>
        {short}
      </span>
    );
  return (
    <a className="link mono" href={url} rel="noreferrer" target="_blank" title={revision}>
      {short}
    </a>
  );
}
