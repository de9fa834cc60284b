"use client";

import { FastForward, Pause, Play, SkipForward } from "lucide-react";
import type { CanaryActions } from "@/components/promotion/canary-controls";
import { SteerButton, type SteerControl } from "@/components/promotion/steer-button";
import type { Steer } from "@/lib/pipeline/promotion/steer-rollout";
import type { DelegatedView } from "@/lib/queries/delegated";

/** What each order does to the controller; of its steps, only an analysis that it could not judge can be skipped alone. */
function controlOf(steer: Steer, view: DelegatedView, actions: CanaryActions): SteerControl {
  const { controller, service, newVersion, seen } = view;
  switch (steer) {
    case "pause":
      return {
        label: "Pause",
        title: `Pause the rollout of ${service}`,
        effect: `${controller} is told to stop where it is (spec.paused), until somebody resumes it.`,
        icon: <Pause size={14} aria-hidden="true" />,
        action: actions.pauseRolloutAction,
      };
    case "resume":
      return {
        label: "Resume",
        title: `Resume the rollout of ${service}`,
        effect:
          seen?.pausedBy === "hand"
            ? `${controller} is told to go on from where it was paused.`
            : `${controller} is told to go past the pause in its steps.`,
        icon: <Play size={14} aria-hidden="true" />,
        action: actions.resumeRolloutAction,
      };
    case "promoteFully":
      return {
        label: "Promote fully",
        title: `Promote ${service} fully`,
        effect: `${controller} is told to leave out every step and analysis that is left, which the ledger keeps with your name. All pods take ${newVersion} now.`,
        icon: <FastForward size={14} aria-hidden="true" />,
        action: actions.promoteFullyAction,
      };
    case "skip":
      return {
        label: "Skip this analysis",
        title: `Skip the analysis of ${service}`,
        effect: `${controller} is told to go past its analysis, which was inconclusive. It ends without a pass, which the ledger keeps with your name.`,
        icon: <SkipForward size={14} aria-hidden="true" />,
        action: actions.skipStepAction,
      };
    default:
      return steer satisfies never;
  }
}

/** What goes past one of the controller's steps is about the one that was looked at. A pause by hand is not at a step. */
function stepSeen(steer: Steer, { step, seen, paused }: DelegatedView): { step?: string } {
  const isPast = steer === "skip" || (steer === "resume" && paused === null && seen?.pausedBy !== "hand");
  return isPast && step !== null ? { step } : {};
}

interface DelegatedControlsProps {
  promotion: string;
  delegated: readonly DelegatedView[];
  actions: CanaryActions;
}

/** What whoever looks may have the controller do; each asks why, and says what it does. */
export function DelegatedControls({ promotion, delegated, actions }: DelegatedControlsProps) {
  const view = delegated.find((one) => one.isOn);
  if (!view) return null;
  return view.steers.map((steer) => (
    <SteerButton
      key={steer}
      control={controlOf(steer, view, actions)}
      input={(why) => ({ promotion, service: view.service, why, ...stepSeen(steer, view) })}
    />
  ));
}
