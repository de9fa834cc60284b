/** Addresses of a commit and of a comparison, on the hosts whose form of address is known. */
interface HostForm {
  commit(source: string, revision: string): string;
  compare(source: string, from: string, to: string): string;
}

/** GitHub's form, which Gitea and Forgejo share. */
const plain: HostForm = {
  commit: (source, revision) => `${source}/commit/${revision}`,
  compare: (source, from, to) => `${source}/compare/${from}...${to}`,
};

const gitlab: HostForm = {
  commit: (source, revision) => `${source}/-/commit/${revision}`,
  compare: (source, from, to) => `${source}/-/compare/${from}...${to}`,
};

const revisionForm = /^[0-9a-f]{7,64}$/;

/** Where to read a commit; undefined where the source is no https or http address or the revision no commit's hash. */
export function commitUrl(source: string | null | undefined, revision: string | null | undefined): string | undefined {
  const place = placeOf(source);
  return place && isRevision(revision) ? place.form.commit(place.url, revision) : undefined;
}

/** Where to read what lies between two commits of one source; undefined where that cannot be said. */
export function compareUrl(
  source: string | null | undefined,
  from: string | null | undefined,
  to: string | null | undefined,
): string | undefined {
  const place = placeOf(source);
  if (!place || !isRevision(from) || !isRevision(to) || from === to) return undefined;
  return place.form.compare(place.url, from, to);
}

function isRevision(text: string | null | undefined): text is string {
  return typeof text === "string" && revisionForm.test(text);
}

/** Labels of an image say where it comes from: only an address that is safe as a link, of a repository, is taken. */
function placeOf(source: string | null | undefined): { url: string; form: HostForm } | undefined {
  if (!source || !URL.canParse(source)) return undefined;
  const { protocol, hostname, origin, pathname } = new URL(source);
  if (protocol !== "https:" && protocol !== "http:") return undefined;
  const path = pathname.replace(/\/+$/, "").replace(/\.git$/, "");
  if (path.split("/").filter(Boolean).length < 2) return undefined;
  return { url: origin + path, form: hostname.includes("gitlab") ? gitlab : plain };
}
