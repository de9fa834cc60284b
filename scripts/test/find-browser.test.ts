import path from "node:path";
import { expect, test } from "vitest";
import { browserLaunch, findBrowser } from "./find-browser.mjs";

const here = path.resolve("package.json");
const nowhere = path.resolve("no-browser-here");

test("a browser is looked for where the setting says, then where Playwright keeps its own, then where Debian does", () => {
  expect(findBrowser({ PLAYWRIGHT_CHROMIUM_PATH: here }, here, here)).toEqual({ name: here, executablePath: here });
  expect(findBrowser({}, here, here)).toEqual({ name: "Playwright's own Chromium", executablePath: undefined });
  expect(findBrowser({}, nowhere, here)).toEqual({ name: here, executablePath: here });
  expect(findBrowser({}, undefined, nowhere)).toBeUndefined();
});

test("a setting that names nothing is an error, not the next best browser", () => {
  expect(() => findBrowser({ PLAYWRIGHT_CHROMIUM_PATH: nowhere }, here, here)).toThrow(/which is not there/);
});

test("only a browser that Playwright did not bring is told how to behave", () => {
  expect(browserLaunch({ name: "own", executablePath: undefined })).toEqual({});
  expect(browserLaunch({ name: here, executablePath: here })).toMatchObject({
    executablePath: here,
    args: expect.arrayContaining(["--no-sandbox"]),
  });
});
