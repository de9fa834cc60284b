import { z } from "zod";
import { type RegistryClient, repositoryPath } from "@/lib/adapters/oci/client";
import { failure } from "@/lib/adapters/oci/failure";
import { readJson } from "@/lib/adapters/oci/read-json";
import { isTag } from "@/lib/pipeline/release/reference";

const tagsPerPage = 1000;
const tagsMax = 200_000;
const listForm = z.object({ tags: z.array(z.string()).nullish() });

/**
 * Every tag of a repository, once each. Pages are followed by `Link` where the registry sends one and taken as the
 * whole where it does not; a list that does not end within its caps is `tooLarge`, never cut off silently.
 */
export async function listTags(client: RegistryClient, repository: string, signal?: AbortSignal): Promise<string[]> {
  const { settings } = client;
  const what = `tags of ${repository}`;
  const first = `${repositoryPath(settings, repository)}/tags/list?n=${tagsPerPage}`;
  const tags = new Set<string>();
  const seen = new Set<string>();
  let path: string | undefined = first;
  while (path !== undefined) {
    if (seen.has(path))
      throw failure(settings.system, { code: "badResponse", message: `${what}: its pages run in a circle` });
    if (seen.size >= settings.maxTagPages || tags.size > tagsMax) {
      throw failure(settings.system, {
        code: "tooLarge",
        message: `${what}: more than ${settings.maxTagPages} pages or ${tagsMax} tags`,
      });
    }
    seen.add(path);
    const answer = await client.call({
      method: "GET",
      path,
      what,
      scope: `repository:${repository}:pull`,
      headers: { accept: "application/json" },
      maxBytes: settings.maxListBytes,
      signal,
    });
    for (const tag of readJson(settings.system, what, answer, listForm).tags ?? []) if (isTag(tag)) tags.add(tag);
    path = nextPage(answer.headers.get("link"), new URL(path, settings.origin), settings.origin, (host) =>
      failure(settings.system, { code: "refusedAddress", message: `${what}: the next page is at ${host}` }),
    );
  }
  return [...tags];
}

/** The path of `<…>; rel="next"` (RFC 8288), on the registry's own origin or refused: credentials go with it. */
export function nextPage(
  header: string | null,
  current: URL,
  origin: URL,
  refuse: (host: string) => Error,
): string | undefined {
  if (header === null) return undefined;
  for (const link of header.matchAll(/<([^<>]*)>([^<]*)/g)) {
    const [, target = "", parameters = ""] = link;
    if (!/;\s*rel\s*=\s*"?(?:[^";]*\s)?next(?:[\s";,]|$)/i.test(parameters)) continue;
    if (!URL.canParse(target, current)) return undefined;
    const next = new URL(target, current);
    if (next.origin !== origin.origin) throw refuse(next.host);
    return next.pathname + next.search;
  }
  return undefined;
}
