import type { Path } from "@/lib/config/document-error";

const credentialsOfLater = ["vault", "argocd", "portainer", "coolify", "vercel"];

// What the project file has a place for and this version does not do. `[]` is any index, `*` any name.
const laterKeys: Record<string, readonly string[]> = {
  "Connection spec": credentialsOfLater,
  "Project spec": ["retention"],
  "Project spec.services[].targets.*": ["argocd", "compose", "portainer", "coolify", "vercel"],
};

/** True where `key` in the mapping at `path` belongs to the project file, but not yet to this version. */
export function isLaterKey(documentKind: string, path: Path, key: string): boolean {
  return laterKeys[`${documentKind} ${pattern(path)}`]?.includes(key) ?? false;
}

function pattern(path: Path): string {
  const parts = path.map((part, index) => (path[index - 1] === "targets" ? "*" : part));
  return parts.map((part, index) => (typeof part === "number" ? "[]" : index === 0 ? part : `.${part}`)).join("");
}
