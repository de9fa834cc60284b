import { Box } from "@/components/sheet/box";
import { Facts } from "@/components/sheet/facts";
import { countWords } from "@/components/ui/count-words";
import type { ServiceOrders } from "@/lib/queries/promotion-orders";

/** Where pods would stand: of a moment that has passed the ledger has only how many were counted. */
export function PodsNotKept({ number, orders }: { number: number; orders: readonly ServiceOrders[] }) {
  const counted = orders.flatMap(({ service, there, back }) => {
    const seen = back?.observed ?? (back ? undefined : there?.observed);
    return seen ? [{ name: service, value: `${seen.about}, entry ${countWords(seen.entry)}` }] : [];
  });
  return (
    <Box number={number} title="Pods" note="not recorded">
      <p className="note">Which pods ran at this moment was not recorded; the ledger keeps what was counted.</p>
      {counted.length > 0 ? <Facts facts={counted} /> : null}
    </Box>
  );
}
