/**
 * What of the seed each test uses up, in one place: no two tests move the same service in the same environment, so they
 * run in any order and at once. A test that changes what holds for a whole project makes one of its own
 * (own-project.ts), whose name comes after the seed's.
 */
export const uses = {
  // The demo's story takes veza backend and miniredis node-manager v0.6.0-rc.9 to staging before any test begins.
  promoteToStaging: { project: "miniredis", service: "backend", version: "v1.8.0-rc.3" },
  promoteToProduction: { project: "veza", service: "stream", version: "v3.12.1-rc.1" },
  rollBack: { project: "miniredis", service: "api-gateway", version: "v1.3.0-rc.2", before: "v1.3.0-rc.1" },
  badRelease: { project: "veza", service: "chat", version: "v1.28.0-rc.1", before: "v1.27.3-rc.1" },
  drift: { project: "miniredis", service: "frontend", runs: "v0.9.4-rc.1", byHand: "v0.9.4-rc.2" },
  // Waits for Arjun's yes from the first start on.
  approvalOnAPhone: { project: "veza", service: "backend", version: "v2.4.1-rc.2" },
  // Nobody moves these: they are looked at.
  viewer: { project: "miniredis", service: "monitoring-service", version: "v0.14.0-rc.1" },
  palette: { project: "veza", service: "frontend", version: "v1.8.5-rc.2" },
  together: { project: "miniredis", services: ["auth-service", "monitoring-service"] },

  abort: { project: "wisp" },
  refuseSelfApproval: { project: "wharf" },
  hold: { project: "weir" },
  automation: { project: "wheel" },
  pin: { project: "wedge" },
  holdAll: { project: "wharfage" },
  freeze: { project: "wicket" },
  projectFile: { project: "wherry" },
  notifications: { project: "wharfinger" },
  history: { project: "whaler" },
  answersWrong: { project: "whelk" },
  override: { project: "winch" },
  webhook: { project: "wicker" },
  tests: { project: "whetstone" },
  checklist: { project: "winnow" },
  twoPlans: { project: "windlass" },
  stoppedByImage: { project: "wringer" },
  stoppedBySoak: { project: "wimble" },
  stoppedByBudget: { project: "winder" },
  stoppedByScan: { project: "wrasse" },
  verifyAgain: { project: "weft" },
  stayCurrent: { project: "wagon" },
  measured: { project: "whimbrel" },
  canary: { project: "wicker" },
  circuitBreaker: { project: "wren" },
  blueGreen: { project: "wheal" },
  delegated: { project: "whippet" },
  backtest: { project: "wharve" },
  gateForms: { project: "warp" },
  signals: { project: "whisk" },
  smokeJobs: { project: "winkle" },
  signInAgain: { project: "wicket-gate" },
} as const;

/** Where the services of the seed run. */
export const namespaces = {
  veza: { staging: "veza-staging", production: "veza-production" },
  miniredis: { staging: "miniredis-staging", production: "miniredis-prod" },
} as const;
