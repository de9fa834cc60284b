import { gateTitle } from "@/components/promotion/gate-words";
import { Box } from "@/components/sheet/box";
import { Facts } from "@/components/sheet/facts";
import { Lines } from "@/components/ui/lines";
import type { EnvironmentView } from "@/lib/queries/environment";

const columns = [
  { key: "gate", head: "gate", width: "124px" },
  { key: "demand", head: "asks for" },
];

const onFailureWords = {
  rollBack: "go back to the last verified digest",
  hold: "stop, and wait for a person",
} as const;
const queueWords = {
  fifo: "one after the other",
  newest: "a newer release takes the place of one that waits",
} as const;

/** What guards the environment: its gates, and what happens behind them. */
export function PolicyBox({ view }: { view: EnvironmentView }) {
  const { policy } = view;
  return (
    <Box title="What guards it" number={2} note={policy.gates.length === 0 ? "no gate of its own" : undefined}>
      {policy.gates.length > 0 ? (
        <Lines caption="Gates of the policy" columns={columns}>
          {policy.gates.map(({ gate, demand }) => (
            <tr key={`${gate} ${demand}`}>
              <th scope="row" className="strong">
                {gateTitle(gate)}
              </th>
              <td>{demand}</td>
            </tr>
          ))}
        </Lines>
      ) : (
        <p className="muted small">Holds and blocks close it, as they do everywhere.</p>
      )}
      <Facts
        facts={[
          { name: "strategy", value: policy.strategy },
          { name: "verified by", value: policy.verification },
          { name: "on failure", value: onFailureWords[policy.onFailure] },
          { name: "queue", value: queueWords[policy.queue] },
        ]}
      />
    </Box>
  );
}
