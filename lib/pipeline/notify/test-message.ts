import type { Message } from "@/lib/pipeline/notify/message";
import { utc } from "@/lib/pipeline/notify/words";

/** What is sent where somebody tries a subscription. Nothing has happened. */
export function testMessage({ project, at, origin }: { project: string; at: string; origin: string }): Message {
  return {
    occasion: "test",
    project,
    title: `A test of the notifications of ${project}`,
    summary: "Somebody tried this subscription. Nothing has happened, and nothing needs to be done.",
    tone: "neutral",
    urgent: false,
    facts: [
      { name: "project", value: project },
      { name: "at", value: utc(at) },
    ],
    links: [{ label: "Notifications", url: `${origin}/settings/notifications?${new URLSearchParams({ project })}` }],
    at,
    promotion: null,
    environment: null,
    answerable: null,
  };
}
