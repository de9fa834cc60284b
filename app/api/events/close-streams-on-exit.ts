import { getChangeHub } from "@/app/api/events/change-hub";

const globalWithMark = globalThis as typeof globalThis & { waybillClosesStreams?: true };

/** An open event stream keeps a server from ending: on SIGTERM and SIGINT they are closed, and browsers come back later. */
export function closeStreamsOnExit(): void {
  if (globalWithMark.waybillClosesStreams) return;
  globalWithMark.waybillClosesStreams = true;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void getChangeHub().close());
  }
}
