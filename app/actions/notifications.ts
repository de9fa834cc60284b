"use server";

import { runAction } from "@/app/actions/run-action";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { sendNotificationAgain } from "@/lib/commands/send-notification-again";
import { tryNotification } from "@/lib/commands/try-notification";

/** Queues a test to a channel of the project file; the page shows what became of it. */
export async function tryNotificationAction(input: unknown): Promise<ActionOutcome> {
  return runAction(
    (engine, principal) => tryNotification(engine, principal, input),
    () => ({ message: "A test is on its way" }),
  );
}

/** Lets a notification that was given up be sent once more. */
export async function sendNotificationAgainAction(input: unknown): Promise<ActionOutcome> {
  return runAction(
    (engine, principal) => sendNotificationAgain(engine, principal, input),
    () => ({ message: "It is sent again" }),
  );
}
