import type { KubernetesClient } from "@/lib/adapters/kubernetes/client";
import { badResponse } from "@/lib/adapters/kubernetes/errors";
import { readList } from "@/lib/adapters/kubernetes/objects";

const pageSize = 250;
/** 250,000 objects in one namespace: beyond it the server repeats itself. */
const pagesMax = 1000;

/** Every object of a list, page by page, and the version from which a watch goes on. */
export async function listAll<T>(
  client: KubernetesClient,
  path: string,
  slim: (object: unknown) => T,
  options: { labelSelector?: string; signal?: AbortSignal },
): Promise<{ items: T[]; resourceVersion: string }> {
  const items: T[] = [];
  let next: string | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const query = { limit: pageSize, continue: next, labelSelector: options.labelSelector || undefined };
    const answer = readList(await client.get(path, query, options.signal));
    if (!answer) throw badResponse(client.system, `GET ${path}: the answer is not a list`);
    for (const item of answer.items) items.push(slim(item));
    if (!answer.next) return { items, resourceVersion: answer.resourceVersion };
    next = answer.next;
  }
  throw badResponse(client.system, `GET ${path}: the list has no end`);
}
