"use client";

import { ActionFailureNote } from "@/components/action/action-failure-note";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { useAction } from "@/components/action/use-action";
import { ExactTime } from "@/components/time/exact-time";
import { Checkbox } from "@/components/ui/checkbox";
import type { ChecklistItemView, ChecklistView } from "@/lib/queries/checklists";

/** How items are ticked; absent where the reader only looks. */
export interface Ticking {
  promotion: string;
  /** Of the plan that the reader has seen. */
  planHash: string;
  action: (input: unknown) => Promise<ActionOutcome>;
}

interface ChecklistItemsProps {
  checklist: ChecklistView;
  ticking?: Ticking;
}

/** The items of a checklist with who ticked them; those that the reader may tick can be. */
export function ChecklistItems({ checklist, ticking }: ChecklistItemsProps) {
  return (
    <ul className="grid gap-2" aria-label="Checklist">
      {checklist.items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an item is known by its place in the plan
        <li key={index}>
          <ItemLine item={item} gate={checklist.gate} index={index} ticking={item.may ? ticking : undefined} />
        </li>
      ))}
    </ul>
  );
}

interface ItemLineProps {
  item: ChecklistItemView;
  gate: number;
  index: number;
  ticking?: Ticking;
}

function ItemLine({ item, gate, index, ticking }: ItemLineProps) {
  const { run, busy, failure } = useAction(ticking?.action ?? nobody, { linkless: true });
  const tick = (ticked: boolean) => {
    if (!ticking || busy) return;
    const { promotion, planHash } = ticking;
    void run({ promotion, planHash, gate, item: index, ticked });
  };
  return (
    <>
      <Checkbox
        label={item.text}
        hint={<ItemHint item={item} />}
        checked={item.tick?.counts === true}
        disabled={ticking === undefined}
        onCheckedChange={tick}
      />
      <ActionFailureNote failure={failure} />
    </>
  );
}

function ItemHint({ item: { tick, asks } }: { item: ChecklistItemView }) {
  if (!tick) return asks === null ? "open" : `open: ${asks}`;
  return (
    <>
      {tick.by}, <ExactTime at={tick.at} />
      {tick.counts ? null : ": does not count, they may not tick it any more"}
    </>
  );
}

async function nobody(): Promise<ActionOutcome> {
  return { ok: false, code: "notAvailable", message: "You may not tick this." };
}
