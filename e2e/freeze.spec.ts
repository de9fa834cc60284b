import { askFor, expectPhase } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { boxTitled, mainOf, stampOf } from "./locators";
import { makeOwnProject } from "./own-project";
import { deployedDigest } from "./sandbox";
import { uses } from "./who-uses-what";

// Goal: production is closed by calendar, over midnight of a zone far away; everybody reads by what and until when, and
// an emergency passes with a reason, on the record.

const zone = "Pacific/Auckland";
const hourMs = 3_600_000;

/** `2026-12-20T18:00` on the clocks of the zone. */
function wall(at: number): string {
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" }).format(at);
  return parts.replace(" ", "T");
}

/** As pages print it: `Sun 20 Dec 2026 18:00`. */
function printed(at: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat("en-GB", {
    ...({ weekday: "short", day: "numeric", month: "short", year: "numeric" } as const),
    ...({ hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone } as const),
  });
  return format.format(at).replaceAll(",", "").replace(" at ", " ");
}

test("a freeze across midnight in another zone says until when, and a P0 passes it", async ({ signIn }) => {
  // Since an hour ago, for more than a day: a midnight of the zone is in it whenever this runs.
  const now = Math.floor(Date.now() / 60_000) * 60_000;
  const [from, to] = [now - hourMs, now + 26 * hourMs];
  const window = `{ name: the move, from: ${wall(from)}, to: ${wall(to)} }`;
  const { name: project, digests } = await makeOwnProject(await signIn("ada"), {
    name: uses.freeze.project,
    gates: [`- freeze: { timezone: ${zone}, deny: [${window}], exempt: [P0] }`],
  });
  const rita = await signIn("rita");
  const staged = await askFor(rita, { project, environment: "staging", release: "api@v1.1.0" });
  await expectPhase(rita, staged, "succeeded");
  const preview = `/promote?${new URLSearchParams({ project, environment: "production", release: "api@v1.1.0" })}`;

  await test.step("the environment says by what, and until when on its clocks and the reader's", async () => {
    await rita.goto(`/environments/${project}/production`);
    await expect(mainOf(rita).getByRole("heading", { level: 1 }).locator("..")).toContainText("closed");
    const box = boxTitled(rita, "Freeze windows");
    await expect(box).toContainText(`on the clocks of ${zone}`);
    await expect(box.getByRole("row", { name: /the move/ })).toContainText(printed(to, zone));
    await expect(box.getByRole("row", { name: /the move/ })).toContainText("for you");
    await expect(box).toContainText("A rollback is exempt.");
    await expectAccessible(rita, "frozen environment");
  });

  await test.step("the preview says that it would wait, until when, and who may pass", async () => {
    await rita.goto(preview);
    const gates = boxTitled(rita, "Gates");
    await expect(gates).toContainText(`closed by the move until ${printed(to, zone)} ${zone}`);
    await expect(gates).toContainText("may pass all the same: whoever asks for it as P0");
    await expect(mainOf(rita)).toContainText("It starts");
  });

  await test.step("as P0 it is another plan, which needs a reason and starts at once", async () => {
    await rita.getByLabel("Severity").selectOption("P0");
    await expect(rita).toHaveURL(/severity=P0/);
    await expect(boxTitled(rita, "Gates")).toContainText("P0 may pass");
    const promote = rita.getByRole("button", { name: "Promote now" });
    await expect(promote).toBeDisabled();
    await rita.getByLabel("Reason").fill("customers cannot pay");
    await expectAccessible(rita, "preview of a P0");
    await promote.click();
    await expect(rita).toHaveURL(/\/promotions\//);
    const id = new URL(rita.url()).pathname.split("/").at(-1) ?? "";
    await expectPhase(rita, id, "succeeded");
    expect(await deployedDigest(`${project}-production`, "api")).toBe(digests["v1.1.0"]);
    await expect(stampOf(rita)).toHaveText("succeeded");
    await expect(boxTitled(rita, "Gates, as they stood")).toContainText("P0 may pass");
  });
});
