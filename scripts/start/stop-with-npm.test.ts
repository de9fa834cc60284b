import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { expect, test } from "vitest";

/** A process that watches, below a shell as npm puts one there; it says its number, then "gone" as it hears, or "stayed". */
function startBelowShell(env: Record<string, string>): {
  shell: ChildProcess;
  said: (words: RegExp) => Promise<string>;
} {
  const watcher = `
    const { watchNpm } = await import(${JSON.stringify(path.resolve("scripts/start/stop-with-npm.mjs"))});
    const shell = process.ppid;
    let looks = 0;
    const keep = setInterval(() => {
      if (process.ppid !== shell && ++looks === 12) console.log("stayed");
    }, 100);
    watchNpm(process.env, () => { console.log("gone"); clearInterval(keep); });
    console.log("pid " + process.pid);`;
  // What follows keeps the shell from becoming the process itself.
  const command = `"${process.execPath}" --input-type=module -e '${watcher}'; true`;
  const { npm_lifecycle_event: _, ...clean } = process.env;
  const shell = spawn("sh", ["-c", command], { env: { ...clean, ...env }, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  shell.stdout?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  const said = async (words: RegExp) => {
    for (;;) {
      const found = words.exec(text);
      if (found) return found[1] ?? found[0];
      await once(shell.stdout ?? shell, "data");
    }
  };
  return { shell, said };
}

test("what npm started hears that npm's shell was killed", async () => {
  const { shell, said } = startBelowShell({ npm_lifecycle_event: "start" });
  await said(/pid (\d+)/);
  shell.kill("SIGTERM");
  expect(await said(/gone/)).toBe("gone");
});

test("what was started by hand goes on without its shell", async () => {
  const { shell, said } = startBelowShell({});
  const pid = Number(await said(/pid (\d+)/));
  shell.kill("SIGTERM");
  expect(await said(/gone|stayed/)).toBe("stayed");
  process.kill(pid, "SIGKILL");
});
