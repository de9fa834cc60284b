"use client";

import { parseAsInteger, useQueryState } from "nuqs";
import { useEffect, useState } from "react";
import type { ViewError } from "@/components/live/fetch-view";
import { useView } from "@/components/live/use-view";
import { frameAt, placeOf, replayedView } from "@/components/promotion/replay-frame";
import type { PromotionView } from "@/lib/queries/promotion-page";
import type { ReplayMoment, ReplayView } from "@/lib/queries/promotion-replay";

/** How long each moment stands while it plays. */
const stepMs = 900;

const nothing: ReplayView = { asOf: "", id: "", moments: [], entries: 0 };

/** A finished rollout at one of its moments; `view` is the page as it was then. */
export interface Replay {
  view: PromotionView;
  moments: readonly ReplayMoment[];
  entries: number;
  place: number;
  phase: PromotionView["phase"];
  isPlaying: boolean;
  /** The reader opened it on this page, rather than coming to an address of it. */
  wasAsked: boolean;
  show(place: number): void;
  togglePlay(): void;
  close(): void;
}

interface ReplayState {
  /** Absent while the page shows the promotion as it is. */
  replay?: Replay;
  /** Absent where there is nothing to replay, or it is open. */
  open?: () => void;
  /** It was open before: whoever closed it finds the way back where they come from. */
  wasOpen: boolean;
  /** The address names an entry, and its moment could not be read. */
  error?: ViewError;
  retry: () => void;
}

/** What the address' `at` names of a finished rollout: the number of the entry after which the page is shown. */
export function useReplay(view: PromotionView, initial: ReplayView | undefined): ReplayState {
  const [at, setAt] = useQueryState("at", parseAsInteger);
  const [wasAsked, setAsked] = useState(false);
  const [isPlaying, setPlaying] = useState(false);
  const isOpen = at !== null && view.replay !== null;
  const { data, error, refetch } = useView<ReplayView>(`/api/view/promotions/${view.id}/replay`, {
    initial,
    watches: { projects: [view.project], promotion: view.id },
    enabled: isOpen,
  });
  const { moments, entries } = data ?? nothing;
  const place = placeOf(moments, at ?? 0);
  const next = moments[place + 1]?.seq;
  const plays = isPlaying && isOpen && next !== undefined;
  useEffect(() => {
    if (!plays) return;
    const timer = setTimeout(() => void setAt(next), stepMs);
    return () => clearTimeout(timer);
  }, [plays, next, setAt]);

  const open = view.replay
    ? () => {
        setAsked(true);
        void setAt(view.replay?.from ?? null);
      }
    : undefined;
  const state = { wasOpen: wasAsked, retry: refetch };
  if (!isOpen) return { ...state, open };
  if (moments.length === 0) return { ...state, ...(error ? { error } : {}) };
  const show = (to: number) => {
    const moment = moments[Math.min(Math.max(to, 0), moments.length - 1)];
    if (moment) void setAt(moment.seq);
  };
  return {
    ...state,
    replay: {
      view: replayedView(view, { asOf: "", id: view.id, moments, entries }, place),
      ...{ moments, entries, place, isPlaying: plays, wasAsked },
      phase: frameAt(moments, place).phase,
      show(to) {
        setPlaying(false);
        show(to);
      },
      togglePlay() {
        // From the end it begins anew.
        if (!plays && next === undefined) show(0);
        setPlaying(!plays);
      },
      close() {
        setPlaying(false);
        void setAt(null);
      },
    },
  };
}
