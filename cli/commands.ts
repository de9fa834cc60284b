import type { Command } from "@/cli/command";
import { announce } from "@/cli/commands/announce";
import { apply } from "@/cli/commands/apply";
import { policyBacktest } from "@/cli/commands/backtest";
import { checkReport } from "@/cli/commands/check";
import { checklist } from "@/cli/commands/checklist";
import { block, pin, resumeAutomation, unblock, unpin } from "@/cli/commands/digest";
import { hold, releaseHold } from "@/cli/commands/hold";
import { ledgerExport, ledgerHead, ledgerReplay, ledgerVerify } from "@/cli/commands/ledger";
import { overrideConfirm, overrideGate, overrideReview } from "@/cli/commands/override";
import { personList, personRestore, personRevoke } from "@/cli/commands/person";
import { plan } from "@/cli/commands/plan";
import { promote, retry, rollBack } from "@/cli/commands/promote";
import { promotion } from "@/cli/commands/promotion";
import { proposalConfirm, proposalList, proposalReject } from "@/cli/commands/proposal";
import { scanUpload } from "@/cli/commands/scan";
import { abort, approve, reject } from "@/cli/commands/sign";
import { signals } from "@/cli/commands/signals";
import { status } from "@/cli/commands/status";
import { pause, promoteFully, resume, skip } from "@/cli/commands/steer";
import { tokenCreate, tokenList, tokenRevoke } from "@/cli/commands/token";
import { triggerFire } from "@/cli/commands/trigger";
import { verify } from "@/cli/commands/verify";

/** Every command, in the order in which the help lists them. */
export const commands: readonly Command[] = [
  apply,
  proposalList,
  proposalConfirm,
  proposalReject,
  policyBacktest,
  announce,
  scanUpload,
  checkReport,
  plan,
  promote,
  retry,
  rollBack,
  verify,
  status,
  signals,
  promotion,
  approve,
  reject,
  checklist,
  abort,
  pause,
  resume,
  skip,
  promoteFully,
  triggerFire,
  overrideGate,
  overrideConfirm,
  overrideReview,
  hold,
  releaseHold,
  block,
  unblock,
  pin,
  unpin,
  resumeAutomation,
  ledgerExport,
  ledgerVerify,
  ledgerReplay,
  ledgerHead,
  tokenCreate,
  tokenList,
  tokenRevoke,
  personList,
  personRevoke,
  personRestore,
];
