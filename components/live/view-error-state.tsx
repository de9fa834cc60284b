"use client";

import type { ViewError } from "@/components/live/fetch-view";
import { ErrorState } from "@/components/ui/error-state";

interface ViewErrorStateProps {
  /** What could not be done: `The promotions could not be read`. */
  title: string;
  error: ViewError;
  onRetry: () => void;
}

/** Stands where a view would be that could not be read. */
export function ViewErrorState({ title, error, onRetry }: ViewErrorStateProps) {
  const { problem } = error;
  return (
    <ErrorState title={title} reference={problem.reference} onRetry={onRetry}>
      {problem.title}. {problem.detail}
    </ErrorState>
  );
}
