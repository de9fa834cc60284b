import { open, realpath } from "node:fs/promises";
import { isAbsolute, sep } from "node:path";
import { ExternalError } from "@/lib/ports/external-error";
import type { SecretSource } from "@/lib/ports/secret-source";

export interface SecretSourceOptions {
  /** Where `env:NAME` looks; usually process.env. */
  env: Readonly<Record<string, string | undefined>>;
  /** Where given, `file:` reaches only what lies in one of these directories, links followed. */
  allowedDirectories?: string[];
}

/** A kubeconfig with many clusters is some 100 KB; a secret beyond this is a wrong path. */
const bytesMax = 1024 * 1024;

/** The error says which reference and why; never a value, nor what the system said about one. */
function unusable(reference: string, why: string): ExternalError {
  return new ExternalError({ system: `secret ${reference}`, code: "misconfigured", message: why, retryable: false });
}

function fromEnvironment(reference: string, name: string, env: SecretSourceOptions["env"]): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw unusable("env:…", "the name of an environment variable is letters, digits and _");
  const value = env[name];
  if (value === undefined) throw unusable(reference, "this environment variable is not set where Waybill runs");
  if (value === "") throw unusable(reference, "this environment variable is empty");
  return value;
}

const fileTroubles: Record<string, string> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EACCES: "Waybill may not read this file",
  EPERM: "Waybill may not read this file",
  EISDIR: "this is a directory, not a file",
  ELOOP: "its links go in a circle",
};

function fileTrouble(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return fileTroubles[code] ?? "it cannot be read";
}

async function realPath(reference: string, path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    throw unusable(reference, fileTrouble(error));
  }
}

async function checkDirectory(reference: string, path: string, allowed: string[]): Promise<void> {
  for (const directory of allowed) {
    // A directory that does not exist allows nothing.
    const real = await realpath(directory).catch(() => undefined);
    if (real !== undefined && path.startsWith(real.endsWith(sep) ? real : `${real}${sep}`)) return;
  }
  throw unusable(reference, `this file is outside the allowed directories (${allowed.join(", ")})`);
}

async function readBounded(reference: string, path: string): Promise<string> {
  const file = await open(path, "r").catch((error: unknown) => {
    throw unusable(reference, fileTrouble(error));
  });
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw unusable(reference, "this is not a plain file");
    let buffer = Buffer.alloc(Math.min(stat.size, bytesMax) + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
      if (length > bytesMax) throw unusable(reference, `this file is larger than ${bytesMax} bytes`);
      // It has more than it said: it grew meanwhile, or says nothing of its size, as what is under /proc.
      if (length === buffer.length) buffer = Buffer.concat([buffer], bytesMax + 1);
    }
    return buffer.toString("utf8", 0, length);
  } catch (error) {
    if (error instanceof ExternalError) throw error;
    throw unusable(reference, fileTrouble(error));
  } finally {
    await file.close();
  }
}

async function fromFile(reference: string, path: string, allowed: string[] | undefined): Promise<string> {
  if (!isAbsolute(path)) throw unusable(reference, "the path must be absolute");
  if (path.includes("\0")) throw unusable("file:…", "the path holds a zero byte");
  const real = await realPath(reference, path);
  if (allowed) await checkDirectory(reference, real, allowed);
  // Editors end a file with a newline; nobody means it as a part of the secret.
  const value = (await readBounded(reference, real)).replace(/\r?\n$/, "");
  if (value === "") throw unusable(reference, "this file is empty");
  return value;
}

/**
 * Resolves `env:NAME` and `file:/absolute/path`, anew at every call. Throws ExternalError `misconfigured` that names
 * the reference; text that is no reference is not repeated, since it may be the secret itself.
 */
export function createSecretSource(options: SecretSourceOptions): SecretSource {
  return {
    async resolve(reference) {
      if (reference.startsWith("env:")) return fromEnvironment(reference, reference.slice(4), options.env);
      if (reference.startsWith("file:")) return fromFile(reference, reference.slice(5), options.allowedDirectories);
      throw unusable("reference", "it must begin with env: or file:");
    },
  };
}
