import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** A folder of secrets that the product may read, though it runs as somebody else. */
export interface SecretFolder {
  path: string;
  /** Writes a secret and answers the reference to it. */
  write(name: string, value: string): Promise<string>;
  remove(): Promise<void>;
}

export async function makeSecretFolder(): Promise<SecretFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), "waybill-secrets-"));
  await chmod(folder, 0o755);
  return {
    path: folder,
    async write(name, value) {
      const file = path.join(folder, name);
      await writeFile(file, value);
      await chmod(file, 0o644);
      return `file:${file}`;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
