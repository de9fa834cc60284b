import type { Occasion } from "@/lib/pipeline/notify/event-kind";

/** One service of a promotion, as a message names it. */
export interface MovedService {
  service: string;
  from: { version: string | null; digest: string } | null;
  to: { version: string; digest: string };
}

/** The promotion that a message is about, for programs. */
export interface ToldPromotion {
  id: string;
  kind: "promote" | "rollback";
  environment: string;
  release: string;
  version: string;
  planHash: string;
  services: MovedService[];
}

/**
 * What somebody is told, before any medium gives it a form. Texts are of one line and hold no secret; they may hold
 * whatever somebody wrote as a reason or a version, so each medium escapes them. Times are ISO 8601, UTC.
 */
export interface Message {
  occasion: Occasion;
  project: string;
  title: string;
  /** A sentence or two. */
  summary: string;
  tone: "neutral" | "good" | "warning" | "bad";
  /** A person is needed now: nothing goes on by itself. */
  urgent: boolean;
  facts: { name: string; value: string }[];
  /** The first is where to go. */
  links: { label: string; url: string }[];
  at: string;
  promotion: ToldPromotion | null;
  environment: string | null;
  /** Present where somebody may answer yes or no to exactly this plan. */
  answerable: { promotion: string; planHash: string } | null;
}
