import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSecretSource } from "@/lib/adapters/secrets/secret-source";

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "waybill-secrets-"));
  await mkdir(join(directory, "allowed"));
  await mkdir(join(directory, "allowed-not"));
  await writeFile(join(directory, "allowed", "token"), "s3cret\n");
  await writeFile(join(directory, "allowed", "windows"), "s3cret\r\n");
  await writeFile(join(directory, "allowed", "two-lines"), "first\nsecond\n\n");
  await writeFile(join(directory, "allowed", "empty"), "\n");
  await writeFile(join(directory, "allowed", "huge"), Buffer.alloc(1024 * 1024 + 1, "x"));
  await writeFile(join(directory, "allowed", "full"), Buffer.alloc(1024 * 1024, "x"));
  await writeFile(join(directory, "allowed-not", "token"), "0ther");
  await symlink(join(directory, "allowed-not", "token"), join(directory, "allowed", "way-out"));
});
afterAll(() => rm(directory, { recursive: true }));

const env = { TOKEN: "s3cret", SPACED: " s3cret \n", EMPTY: "" };
const file = (name: string) => `file:${join(directory, name)}`;

describe("env:", () => {
  it("gives the value as it stands", async () => {
    const source = createSecretSource({ env });
    expect(await source.resolve("env:TOKEN")).toBe("s3cret");
    expect(await source.resolve("env:SPACED")).toBe(" s3cret \n");
  });

  it("looks anew at every call", async () => {
    const changing = { TOKEN: "one" };
    const source = createSecretSource({ env: changing });
    await source.resolve("env:TOKEN");
    changing.TOKEN = "two";
    expect(await source.resolve("env:TOKEN")).toBe("two");
  });

  it.each([
    ["env:MISSING", "secret env:MISSING: this environment variable is not set where Waybill runs"],
    ["env:EMPTY", "secret env:EMPTY: this environment variable is empty"],
    ["env:", "secret env:…: the name of an environment variable is letters, digits and _"],
    ["env:A B", "secret env:…: the name of an environment variable is letters, digits and _"],
  ])("refuses %s", async (reference, message) => {
    await expect(createSecretSource({ env }).resolve(reference)).rejects.toMatchObject({
      code: "misconfigured",
      message,
    });
  });
});

describe("file:", () => {
  it.each([
    ["allowed/token", "s3cret"],
    ["allowed/windows", "s3cret"],
    ["allowed/two-lines", "first\nsecond\n"],
  ])("gives %s without one newline at its end", async (name, value) => {
    expect(await createSecretSource({ env }).resolve(file(name))).toBe(value);
  });

  it("takes a file of exactly the largest size", async () => {
    expect((await createSecretSource({ env }).resolve(file("allowed/full"))).length).toBe(1024 * 1024);
  });

  it.skipIf(process.platform !== "linux")("takes a file that has more than it says", async () => {
    const read = await createSecretSource({ env }).resolve("file:/proc/self/status");
    expect(read).toMatch(/^Name:.*\n(.*\n)+Pid:/);
  });

  it.each([
    ["allowed/missing", "there is no such file"],
    ["allowed/token/below", "there is no such file"],
    ["allowed", "this is not a plain file"],
    ["allowed/empty", "this file is empty"],
    ["allowed/huge", "this file is larger than 1048576 bytes"],
  ])("refuses %s", async (name, why) => {
    await expect(createSecretSource({ env }).resolve(file(name))).rejects.toMatchObject({
      code: "misconfigured",
      message: `secret ${file(name)}: ${why}`,
    });
  });

  it("refuses a device, which would never end", async () => {
    await expect(createSecretSource({ env }).resolve("file:/dev/zero")).rejects.toThrow("not a plain file");
  });

  it("refuses a relative path", async () => {
    await expect(createSecretSource({ env }).resolve("file:token")).rejects.toThrow("the path must be absolute");
  });

  it("reaches only the allowed directories, whatever links and dots say", async () => {
    const source = createSecretSource({ env, allowedDirectories: [join(directory, "allowed")] });
    expect(await source.resolve(file("allowed/token"))).toBe("s3cret");
    for (const name of ["allowed-not/token", "allowed/../allowed-not/token", "allowed/way-out"])
      await expect(source.resolve(file(name))).rejects.toThrow("outside the allowed directories");
  });
});

it.each(["hunter2-literal-secret", "vault:secret/x#y", ""])("never repeats %j, which is no reference", async (text) => {
  const error: unknown = await createSecretSource({ env })
    .resolve(text)
    .catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: "misconfigured", message: "secret reference: it must begin with env: or file:" });
  if (text !== "") expect(JSON.stringify(error)).not.toContain(text);
});
