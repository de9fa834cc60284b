import { askFor, callApi, expectPhase, readPromotion } from "./api";
import { expect, expectAccessible, test } from "./fixtures";
import { makeOwnProject } from "./own-project";
import { uses } from "./who-uses-what";

// Goal: whoever asks for a promotion cannot be the one who approves it, whatever rights they have.

test("somebody who may promote and approve cannot sign what they asked for; another person can", async ({ signIn }) => {
  const ada = await signIn("ada");
  const { name: project } = await makeOwnProject(ada, {
    name: uses.refuseSelfApproval.project,
    people: ["{ group: release, role: approver, environments: [production] }"],
    approvers: ["approvers", "release"],
  });
  const rita = await signIn("rita");
  const staged = await askFor(rita, { project, environment: "staging", release: "api@v1.1.0" });
  await expectPhase(rita, staged, "succeeded");
});
