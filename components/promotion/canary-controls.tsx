"use client";

import { FastForward, Pause, Play, SkipForward } from "lucide-react";
import { SteerButton, type SteerControl } from "@/components/promotion/steer-button";
import type { PromotionAction } from "@/components/promotion/stop-sheet";
import type { Steer } from "@/lib/pipeline/promotion/steer-rollout";
import type { CanaryView } from "@/lib/queries/canaries";

export interface CanaryActions {
  pauseRolloutAction: PromotionAction;
  resumeRolloutAction: PromotionAction;
  skipStepAction: PromotionAction;
  promoteFullyAction: PromotionAction;
}

function controlOf(steer: Steer, canary: CanaryView, actions: CanaryActions): SteerControl {
  const { weight, next, service, canaryVersion } = canary;
  const left = canary.shares.filter((share) => share > weight).map((share) => `${share} %`);
  switch (steer) {
    case "pause":
      return {
        label: `Pause at ${weight} %`,
        title: `Pause the canary of ${service}`,
        effect: `It stays at ${weight} %, and no further share begins until somebody resumes it. It is watched on: what is worse still goes back by itself.`,
        icon: <Pause size={14} aria-hidden="true" />,
        action: actions.pauseRolloutAction,
      };
    case "resume":
      return {
        label: "Resume",
        title: `Resume the canary of ${service}`,
        effect:
          next === null
            ? "The stable pods take the new version as soon as this share has passed."
            : `${next} % of the requests follow as soon as this share has passed.`,
        icon: <Play size={14} aria-hidden="true" />,
        action: actions.resumeRolloutAction,
      };
    case "skip":
      return {
        label: "Skip this analysis",
        title: `Skip the analysis at ${canary.analysed ?? weight} %`,
        effect: `It ends without its pass, which the ledger keeps with your name. ${
          next === null ? "The stable pods take the new version" : `${next} % of the requests go to the canary`
        } now${canary.paused ? ", and the pause ends" : ""}.`,
        icon: <SkipForward size={14} aria-hidden="true" />,
        action: actions.skipStepAction,
      };
    case "promoteFully":
      return {
        label: "Promote fully",
        title: `Promote ${service} fully`,
        effect: `Every share that is left${left.length > 0 ? ` (${left.join(", ")})` : ""} and its comparison is skipped, which the ledger keeps with your name. All stable pods take ${canaryVersion} now; then the canary goes.`,
        icon: <FastForward size={14} aria-hidden="true" />,
        action: actions.promoteFullyAction,
      };
    default:
      return steer satisfies never;
  }
}

interface CanaryControlsProps {
  promotion: string;
  canaries: readonly CanaryView[];
  actions: CanaryActions;
}

/** What whoever looks may say to a canary under way; each asks why, and says what it does. */
export function CanaryControls({ promotion, canaries, actions }: CanaryControlsProps) {
  const canary = canaries.find((one) => one.isOn);
  if (!canary) return null;
  return canary.steers.map((steer) => (
    <SteerButton
      key={steer}
      control={controlOf(steer, canary, actions)}
      input={(why) => ({
        ...{ promotion, service: canary.service, why },
        // Only the analysis that was looked at is ended, whoever else was quicker.
        ...(steer === "skip" && canary.step !== null ? { step: canary.step } : {}),
      })}
    />
  ));
}
