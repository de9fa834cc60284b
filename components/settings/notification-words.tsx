import { State } from "@/components/state/state";
import type { StateName } from "@/components/state/state-language";
import type { NotificationLine, PlaceWords } from "@/lib/queries/notifications";

const states: Record<NotificationLine["status"], { name: StateName; word: string }> = {
  due: { name: "requested", word: "to be sent" },
  waiting: { name: "waiting", word: "tried again" },
  delivered: { name: "observed", word: "delivered" },
  dead: { name: "failed", word: "given up" },
  dropped: { name: "superseded", word: "not sent" },
};

/** How a notification stands. Delivered is what the other side said, never what was queued. */
export function NotificationState({ status }: { status: NotificationLine["status"] }) {
  const { name, word } = states[status];
  return <State name={name}>{word}</State>;
}

/** Where people are told. */
export function Place({ place: { what, detail } }: { place: PlaceWords }) {
  return (
    <>
      <span className="strong">{what}</span>
      {detail === null ? null : <span className="mono muted block break-all font-regular">{detail}</span>}
    </>
  );
}
