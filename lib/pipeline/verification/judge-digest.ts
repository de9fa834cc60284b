import type { Sighting } from "@/lib/pipeline/promotion/input";
import type { CheckState } from "@/lib/pipeline/promotion/state";

/**
 * Whether the promised digest still runs. Trouble is a failure at once; pods that are being replaced are not right yet;
 * no answer is unknown.
 */
export function judgeDigest(
  check: CheckState,
  sighting: Sighting | { kind: "silent"; message: string },
  now: string,
): CheckState {
  const moved = (status: CheckState["status"], found: string): CheckState => ({
    ...check,
    status,
    found,
    since: check.status === status ? check.since : now,
  });
  switch (sighting.kind) {
    case "running":
      return moved(
        "good",
        `${sighting.ready} of ${sighting.desired} pods run it${sighting.as === "platform" ? ", by a platform's digest" : ""}`,
      );
    case "progressing":
      return moved("waiting", `${sighting.ready} of ${sighting.desired} pods ready`);
    case "trouble":
      return moved("failed", sighting.trouble.reason);
    case "silent":
      return moved("unknown", sighting.message);
    default:
      return sighting satisfies never;
  }
}
