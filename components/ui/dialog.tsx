"use client";

import type { DialogProps } from "./dialog-parts";
import { usePartsWhen } from "./use-parts";

const load = () => import("./dialog-parts");

/** A question that must be answered first: the focus stays inside, Escape leaves, and it returns where it came from. */
export function Dialog(props: DialogProps) {
  const parts = usePartsWhen(props.open, load);
  return parts ? <parts.DialogRoot {...props} /> : null;
}
