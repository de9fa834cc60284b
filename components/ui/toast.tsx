"use client";

import { X } from "lucide-react";
import type { ReactNode } from "react";
import { Toaster as Sonner, toast as sonner } from "sonner";
import { Shape, type ShapeName } from "@/components/state/shape";
import { IconButton } from "./button";

export interface ToastOptions {
  description?: ReactNode;
  /** How long it stays. Failures stay until they are closed. */
  durationMs?: number;
}

function show(tone: string, shape: ShapeName, durationMs: number, title: ReactNode, options: ToastOptions = {}) {
  return sonner.custom(
    (id) => (
      <div className={`toast ${tone}`}>
        <Shape name={shape} />
        <p className="toast__title">{title}</p>
        <IconButton label="Close this message" size="small" onClick={() => sonner.dismiss(id)}>
          <X className="i i--s" aria-hidden="true" />
        </IconButton>
        {options.description ? <div className="toast__about">{options.description}</div> : null}
      </div>
    ),
    { duration: options.durationMs ?? durationMs },
  );
}

/** Says what came of an action, at the page's edge, and aloud to a screen reader. */
export const toast = {
  done: (title: ReactNode, options?: ToastOptions) => show("tone-ok", "pass", 6_000, title, options),
  note: (title: ReactNode, options?: ToastOptions) => show("tone-ink", "ring", 6_000, title, options),
  failed: (title: ReactNode, options?: ToastOptions) =>
    show("tone-fail", "fail", Number.POSITIVE_INFINITY, title, options),
};

/** Where the messages appear; one on a page. */
export function Toaster() {
  return <Sonner position="bottom-right" offset={16} mobileOffset={{ bottom: 72 }} gap={8} />;
}
