"use client";

import { lazy, Suspense } from "react";
import type { DialogProps } from "./dialog-parts";
import { useEverTrue } from "./use-ever-true";

const DialogRoot = lazy(async () => ({ default: (await import("./dialog-parts")).DialogRoot }));

/** A question that must be answered first: the focus stays inside, Escape leaves, and it returns where it came from. */
export function Dialog(props: DialogProps) {
  if (!useEverTrue(props.open)) return null;
  return (
    <Suspense fallback={null}>
      <DialogRoot {...props} />
    </Suspense>
  );
}
