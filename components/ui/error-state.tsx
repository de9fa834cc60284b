"use client";

import { RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { Shape } from "@/components/state/shape";
import { Button } from "./button";

interface ErrorStateProps {
  /** What could not be done: `The history could not be read`. */
  title: ReactNode;
  /** Which system, what it said, what happens next. */
  children?: ReactNode;
  /** What to name to whoever looks after the installation. */
  reference?: string;
  onRetry?: () => void;
}

export function ErrorState({ title, children, reference, onRetry }: ErrorStateProps) {
  return (
    <div className="empty empty--error" role="alert">
      <p className="empty__title state tone-fail">
        <Shape name="errored" />
        {title}
      </p>
      {children ? <div className="empty__body">{children}</div> : null}
      {reference ? (
        <p className="small muted">
          reference <span className="mono">{reference}</span>
        </p>
      ) : null}
      {onRetry ? (
        <div className="empty__action">
          <Button icon={<RotateCw className="i" aria-hidden="true" />} onClick={onRetry}>
            Try again
          </Button>
        </div>
      ) : null}
    </div>
  );
}
