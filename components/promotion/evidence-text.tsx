import { Fragment } from "react";
import { ExactTime } from "@/components/time/exact-time";

const moment = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))/;

/** A sentence of the ledger, with the moments in it on the reader's own clock. */
export function EvidenceText({ text }: { text: string }) {
  return text.split(moment).map((part, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence stay in their places
    moment.test(part) ? <ExactTime key={index} at={part} show="moment" /> : <Fragment key={index}>{part}</Fragment>,
  );
}
