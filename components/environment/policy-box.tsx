import { gateTitle } from "@/components/promotion/gate-words";
import { Box } from "@/components/sheet/box";
import { Facts } from "@/components/sheet/facts";
import type { EnvironmentView } from "@/lib/queries/environment";

const onFailureWords = {
  rollBack: "go back to the last verified digest",
  hold: "stop, and wait for a person",
} as const;
const autoPromoteWords = {
  off: "nothing: somebody asks for each release",
  newest: "each newly announced release is asked for",
  matchUpstream: "what succeeded in the environments before follows",
} as const;
const queueWords = {
  fifo: "one after the other",
  newest: "a newer release takes the place of one that waits",
} as const;

/** What guards the environment: its gates, and what happens behind them. */
export function PolicyBox({ view }: { view: EnvironmentView }) {
  const { policy } = view;
  return (
    <Box
      title="What guards it"
      number={3}
      note={policy.gates.length === 0 ? "holds, blocks and pins alone" : undefined}
    >
      <Facts
        facts={[
          ...policy.gates.map(({ gate, demand }) => ({ name: gateTitle(gate), value: <b>{demand}</b> })),
          { name: "strategy", value: policy.strategy },
          { name: "verified by", value: policy.verification },
          { name: "on failure", value: onFailureWords[policy.onFailure] },
          { name: "by itself", value: autoPromoteWords[policy.autoPromote] },
          { name: "queue", value: queueWords[policy.queue] },
        ]}
      />
    </Box>
  );
}
