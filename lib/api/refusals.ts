import type { NoPlan } from "@/lib/pipeline/plan/build-plan";
import type { RejectionCode } from "@/lib/pipeline/promotion/input";
import type { ReferenceRejectionCode } from "@/lib/pipeline/release/reference";

interface RefusalForm {
  status: 403 | 409 | 422;
  title: string;
}

const unprocessable = (title: string): RefusalForm => ({ status: 422, title });
const notYours = (title: string): RefusalForm => ({ status: 403, title });
const conflicting = (title: string): RefusalForm => ({ status: 409, title });

const ofReferences: Record<ReferenceRejectionCode, RefusalForm> = {
  malformedReference: unprocessable("This is no image reference"),
  malformedTag: unprocessable("This is no tag"),
  malformedVersion: unprocessable("This is no version"),
  digestMissing: unprocessable("The reference names no bytes"),
  mutableTag: unprocessable("This tag moves"),
  unknownTag: unprocessable("Nothing says that this tag stays"),
};

const ofPlans: Record<NoPlan["code"], RefusalForm> = {
  unknownEnvironment: unprocessable("There is no such environment"),
  unknownService: unprocessable("There is no such service"),
  noTarget: unprocessable("The service has no target there"),
  noRegistry: unprocessable("The registry connection is missing"),
  noColours: conflicting("The target cannot go by two colours as it stands"),
  nothingToMove: conflicting("Nothing would move"),
};

const ofPromotions: Record<RejectionCode, RefusalForm> = {
  ended: conflicting("The promotion has ended"),
  alreadyExists: conflicting("It exists already"),
  doesNotExist: conflicting("There is no such promotion"),
  notWaiting: conflicting("The promotion does not wait any more"),
  notRunning: conflicting("The promotion is not under way"),
  notStuck: conflicting("The promotion is not stuck"),
  planChanged: conflicting("The plan changed"),
  alreadyApproved: conflicting("You approved it already"),
  selfApproval: notYours("Nobody approves their own request"),
  approvalNotAsked: conflicting("No approval is asked for"),
  noSuchGate: unprocessable("The plan has no such gate"),
  noSuchItem: unprocessable("The checklist has no such item"),
  alreadyTicked: conflicting("It is ticked already"),
  notTicked: conflicting("It is not ticked"),
  personNeeded: notYours("Only a person may"),
  notOverridable: notYours("Nobody may override this gate"),
  alreadyOverridden: conflicting("The gate is overridden already"),
  gateOpen: conflicting("The gate stops nothing"),
  noSuchOverride: conflicting("There is no such override"),
  secondPerson: notYours("Another person must"),
  alreadyReviewed: conflicting("It was reviewed already"),
  notEnded: conflicting("The promotion has not ended"),
  stepUpNeeded: notYours("A fresh sign-in is asked for"),
  outOfOrder: conflicting("This does not fit where the promotion stands"),
  stale: conflicting("This came too late"),
  noSuchTrigger: conflicting("The plan names no such trigger"),
  reportOfBefore: conflicting("It happened before the rollout"),
  noActor: notYours("A person must stand behind this"),
};

const ofCommands = {
  invalidArtifacts: unprocessable("The artifacts do not fit together"),
  nameMissing: unprocessable("A set of services needs a name"),
  otherRepository: unprocessable("The image comes from another repository"),
  otherRegistry: unprocessable("The image comes from another registry"),
  unreadableReport: unprocessable("The report says nothing of vulnerabilities"),
  otherDigest: unprocessable("The report is about another image"),
  unknownDigest: unprocessable("Nobody has announced this digest"),
  invalidMigration: unprocessable("What is said of its migration cannot be meant"),
  releaseIsImmutable: conflicting("A release never changes"),
  gateClosed: conflicting("A gate is closed"),
  noCanary: conflicting("A canary is not possible as its place stands"),
  busy: conflicting("Something else is under way there"),
  nothingToGoBackTo: conflicting("There is nothing to go back to"),
  notAsked: notYours("The plan asks for somebody else's yes"),
  alreadyHeld: conflicting("It is held already"),
  notHeld: conflicting("It is not held"),
  notBlocked: conflicting("The block was lifted already"),
  blocked: conflicting("The digest is blocked there"),
  alreadyPinned: conflicting("A digest is pinned there already"),
  notRetryable: conflicting("It cannot be tried again"),
  automationNotHeld: conflicting("Nothing holds automation there"),
  notPinned: conflicting("Nothing is pinned there"),
  noDrift: conflicting("There is no drift"),
  driftChanged: conflicting("Something else runs by now"),
  proposalDecided: conflicting("The proposal is decided already"),
  proposalExpired: conflicting("The proposal has expired"),
  proposalChanged: conflicting("Another text was proposed"),
  proposalStale: conflicting("The file is another one by now"),
  notThere: conflicting("The file has no such gate"),
  byHandOnly: conflicting("No form can keep how the text says it"),
  underWay: conflicting("It is under way already"),
  notDead: conflicting("It was not given up"),
  nothingRuns: conflicting("Nothing was promoted there"),
  drifted: conflicting("Something else runs there"),
  ownAccess: notYours("Another administrator must"),
  alreadyRevoked: conflicting("The access is revoked already"),
  nothingInFlight: conflicting("Nothing is in flight there"),
  notRevoked: conflicting("The access is not revoked"),
} satisfies Record<string, RefusalForm>;

/** Every refusal by the product's rules: its HTTP status and title. A test compares it with the code. */
export const refusals = { ...ofReferences, ...ofPlans, ...ofPromotions, ...ofCommands };

export type RefusalCode = keyof typeof refusals;

/** What is known of a code; of one that is not listed only that it was refused. */
export function refusalForm(code: string): RefusalForm {
  return Object.hasOwn(refusals, code) ? refusals[code as RefusalCode] : conflicting("Refused");
}
