import { backtestOperation } from "@/lib/api/contract/backtests";
import { reportCheckOperation } from "@/lib/api/contract/checks";
import {
  blockOperation,
  listAutomationHoldsOperation,
  listBlocksOperation,
  listPinsOperation,
  pinOperation,
  resumeAutomationOperation,
  unblockOperation,
  unpinOperation,
} from "@/lib/api/contract/digests";
import {
  applyOperation,
  confirmProposalOperation,
  listProposalsOperation,
  rejectProposalOperation,
} from "@/lib/api/contract/documents";
import {
  adoptDriftOperation,
  holdOperation,
  listHoldsOperation,
  releaseHoldOperation,
  releaseProjectHoldOperation,
  revertDriftOperation,
} from "@/lib/api/contract/environments";
import { readEvidenceOperation } from "@/lib/api/contract/evidence";
import { readJobLogsOperation, readReverificationLogsOperation } from "@/lib/api/contract/job-logs";
import { exportLedgerOperation, ledgerHeadOperation, readLedgerOperation } from "@/lib/api/contract/ledger";
import { confirmOverrideOperation, overrideOperation, reviewOverrideOperation } from "@/lib/api/contract/overrides";
import { listPeopleOperation, restorePersonOperation, revokePersonOperation } from "@/lib/api/contract/people";
import { listProjectsOperation, matrixOperation } from "@/lib/api/contract/projects";
import {
  abortOperation,
  listPromotionsOperation,
  planOperation,
  promoteOperation,
  promoteTogetherOperation,
  readPromotionOperation,
  retryOperation,
  rollBackOperation,
  settleOperation,
  signOperation,
} from "@/lib/api/contract/promotions";
import { announceOperation, listReleasesOperation, readReleaseOperation } from "@/lib/api/contract/releases";
import { listReverificationsOperation, verifyAgainOperation } from "@/lib/api/contract/reverifications";
import { pauseOperation, promoteFullyOperation, resumeOperation, skipOperation } from "@/lib/api/contract/rollouts";
import { recordScanOperation } from "@/lib/api/contract/scans";
import { listSignalsOperation, readServiceSignalsOperation } from "@/lib/api/contract/signals";
import { tickOperation } from "@/lib/api/contract/ticks";
import { createTokenOperation, listTokensOperation, revokeTokenOperation } from "@/lib/api/contract/tokens";
import { fireByAlertmanagerOperation, fireTriggerOperation } from "@/lib/api/contract/triggers";
import type { Operation } from "@/lib/api/operation";

/** Every operation below /api/v1 but the document itself; a test compares it with the routes. */
export const operations: readonly Operation[] = [
  listProjectsOperation,
  matrixOperation,
  listSignalsOperation,
  readServiceSignalsOperation,
  applyOperation,
  listProposalsOperation,
  confirmProposalOperation,
  rejectProposalOperation,
  backtestOperation,
  announceOperation,
  listReleasesOperation,
  readReleaseOperation,
  recordScanOperation,
  reportCheckOperation,
  planOperation,
  promoteOperation,
  promoteTogetherOperation,
  listPromotionsOperation,
  readPromotionOperation,
  readEvidenceOperation,
  readJobLogsOperation,
  readReverificationLogsOperation,
  signOperation,
  tickOperation,
  overrideOperation,
  confirmOverrideOperation,
  reviewOverrideOperation,
  abortOperation,
  pauseOperation,
  resumeOperation,
  skipOperation,
  promoteFullyOperation,
  fireTriggerOperation,
  fireByAlertmanagerOperation,
  settleOperation,
  retryOperation,
  rollBackOperation,
  listHoldsOperation,
  holdOperation,
  releaseHoldOperation,
  releaseProjectHoldOperation,
  verifyAgainOperation,
  listReverificationsOperation,
  listBlocksOperation,
  blockOperation,
  unblockOperation,
  listPinsOperation,
  pinOperation,
  unpinOperation,
  listAutomationHoldsOperation,
  resumeAutomationOperation,
  adoptDriftOperation,
  revertDriftOperation,
  readLedgerOperation,
  exportLedgerOperation,
  ledgerHeadOperation,
  createTokenOperation,
  listTokensOperation,
  revokeTokenOperation,
  listPeopleOperation,
  revokePersonOperation,
  restorePersonOperation,
];
