import type { OverrideView } from "@/lib/queries/overrides";

/** What an override waits for. */
export function overrideStandingWords(standing: OverrideView["standing"]): string {
  switch (standing) {
    case "asked":
      return "A second person who may override must confirm it before it counts.";
    case "inForce":
      return "It is reviewed once the promotion has ended.";
    case "toReview":
      return "It waits for its review, by another person than who overrode and who asked.";
    case "reviewed":
      return "It was reviewed.";
    case "void":
      return "It never counted: nobody confirmed it for the plan that came after.";
    default:
      return standing satisfies never;
  }
}
