"use client";

import { type ReactNode, useSyncExternalStore } from "react";
import type { ShapeName } from "@/components/state/shape";
import type { ToastMessage } from "./toast-parts";
import { usePartsWhen } from "./use-parts";

const load = () => import("./toast-parts");

export interface ToastOptions {
  description?: ReactNode;
  /** How long it stays. Failures stay until they are closed. */
  durationMs?: number;
}

/** Messages that were said before their place was on the page. */
const waiting: ToastMessage[] = [];
const place = { isWanted: false, isReady: false, changed: new Set<() => void>() };

function show(tone: string, shape: ShapeName, durationMs: number, title: ReactNode, options: ToastOptions = {}) {
  waiting.push({ tone, shape, title, description: options.description, durationMs: options.durationMs ?? durationMs });
  if (place.isReady) void deliver();
  else want();
}

function want() {
  place.isWanted = true;
  for (const changed of place.changed) changed();
}

async function deliver() {
  const { showMessage } = await load();
  for (const message of waiting.splice(0)) showMessage(message);
}

function ready() {
  place.isReady = true;
  void deliver();
}

/** Says what came of an action, at the page's edge, and aloud to a screen reader. */
export const toast = {
  done: (title: ReactNode, options?: ToastOptions) => show("tone-ok", "pass", 6_000, title, options),
  note: (title: ReactNode, options?: ToastOptions) => show("tone-ink", "ring", 6_000, title, options),
  failed: (title: ReactNode, options?: ToastOptions) =>
    show("tone-fail", "fail", Number.POSITIVE_INFINITY, title, options),
};

function subscribe(changed: () => void): () => void {
  place.changed.add(changed);
  return () => place.changed.delete(changed);
}

/** Where the messages appear; one on a page. What it is made of comes with the first message. */
export function Toaster() {
  const isWanted = useSyncExternalStore(
    subscribe,
    () => place.isWanted,
    () => false,
  );
  const parts = usePartsWhen(isWanted, load);
  return parts ? <parts.Messages onReady={ready} /> : null;
}
