import { EvidenceText } from "@/components/promotion/evidence-text";
import { Box } from "@/components/sheet/box";
import { Bullets } from "@/components/sheet/bullets";
import type { PromotionView } from "@/lib/queries/promotion-page";

const states = { moved: "pass", failed: "errored", due: "wait" } as const;
const words = { moved: "moved", failed: "could not be moved", due: "moves once everything is verified" } as const;

/** The pointers in the registry that follow a success. */
export function TagsBox({ number, view }: { number: number; view: PromotionView }) {
  return (
    <Box number={number} title="Tags" note="pointers in the registry, moved after the verification">
      <Bullets
        items={view.tags.map(({ service, tag, status, note }) => ({
          id: `${service} ${tag}`,
          state: states[status],
          text: (
            <>
              <b className="mono">{tag}</b> of {service} {words[status]}
              {note ? (
                <span className="muted">
                  , <EvidenceText text={note} />
                </span>
              ) : null}
            </>
          ),
        }))}
      />
    </Box>
  );
}
