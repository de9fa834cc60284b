"use client";

import { X } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { Toaster as Sonner, toast as sonner } from "sonner";
import { Shape, type ShapeName } from "@/components/state/shape";
import { IconButton } from "./button";

export interface ToastMessage {
  tone: string;
  shape: ShapeName;
  durationMs: number;
  title: ReactNode;
  description?: ReactNode;
}

export function showMessage({ tone, shape, durationMs, title, description }: ToastMessage) {
  sonner.custom(
    (id) => (
      <div className={`toast ${tone}`}>
        <Shape name={shape} />
        <p className="toast__title">{title}</p>
        <IconButton label="Close this message" size="small" onClick={() => sonner.dismiss(id)}>
          <X className="i i--s" aria-hidden="true" />
        </IconButton>
        {description ? <div className="toast__about">{description}</div> : null}
      </div>
    ),
    { duration: durationMs },
  );
}

/** The place of the messages, loaded with the first one; says when it can take it. */
export function Messages({ onReady }: { onReady: () => void }) {
  useEffect(onReady, [onReady]);
  return <Sonner position="bottom-right" offset={16} mobileOffset={{ bottom: 72 }} gap={8} />;
}
