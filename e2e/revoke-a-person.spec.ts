import { expect, expectAccessible, test } from "./fixtures";

// Goal: an administrator takes somebody's access away, sees it done, and gives it back.

test("somebody who is revoked is out at once, everywhere, until they are restored", async ({
  signIn,
  expectComplaint,
}) => {
  const ada = await signIn("ada");
  const leo = await signIn("leo");
  await leo.goto("/settings/people?project=veza");
  await expect(leo.getByRole("button", { name: "Revoke Leo Brandt" })).toHaveCount(0);

  await ada.goto("/settings/people?project=veza");
  await expect(ada.getByRole("button", { name: "Revoke Ada Okafor" })).toHaveCount(0);
  await ada.getByRole("button", { name: "Revoke Leo Brandt" }).click();
  const dialog = ada.getByRole("dialog", { name: "Revoke the access of Leo Brandt" });
  await expect(dialog).toContainText("their API tokens are void");
  await expectAccessible(ada, "revoking");
  // Refused where one is not signed in any more, as the browser says.
  expectComplaint(/401/);
  await dialog.getByLabel("Why").fill("left the company");
  await dialog.getByRole("button", { name: "Revoke access" }).click();
  const revoked = ada.getByRole("table", { name: "Whose access is revoked" }).getByRole("row", { name: /Leo Brandt/ });
  await expect(revoked).toContainText("left the company");
  await expect(revoked).toContainText("Ada Okafor");

  expect((await leo.request.get("/api/view/matrix")).status()).toBe(401);
  const { csrfToken } = (await (await leo.request.get("/api/auth/csrf")).json()) as { csrfToken: string };
  const form = { person: "leo", csrfToken, callbackUrl: "/", json: "true" };
  const refused = await leo.request.post("/api/auth/callback/demo", { form });
  expect(await refused.text()).toContain("error=Revoked");

  await revoked.getByRole("button", { name: "Restore Leo Brandt" }).click();
  await ada.getByRole("dialog").getByLabel("Why").fill("it was another Leo");
  await ada.getByRole("dialog").getByRole("button", { name: "Restore access" }).click();
  // An open dialog hides the page behind it.
  await expect(ada.getByRole("dialog")).toHaveCount(0);
  await expect(revoked).toHaveCount(0);
  // The session from before stays void; a new one counts.
  expect((await leo.request.get("/api/view/matrix")).status()).toBe(401);
  const again = await signIn("leo");
  await again.goto("/settings/people?project=veza");
  await ada.goto("/history?project=%40instance");
  await expect(ada.getByText("left the company").first()).toBeVisible();
});

test("the page of a person says which line of the file gives them each right", async ({ signIn }) => {
  const vera = await signIn("vera", { width: 360 });
  await vera.goto("/settings/people?project=veza");
  await vera.getByRole("link", { name: "Rita Moreau" }).click();
  const rights = vera.getByRole("table", { name: "Rights in veza" });
  await expect(rights).toContainText("release manager, by group release (people, line");
  await expect(vera.getByRole("table", { name: "Rights in miniredis" })).toBeVisible();
  await expectAccessible(vera, "the rights of a person");
});
