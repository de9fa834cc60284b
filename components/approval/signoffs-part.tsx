import { Signoff } from "@/components/sheet/signoff";
import { ExactTime } from "@/components/time/exact-time";
import type { ApprovalSlipView } from "@/lib/queries/approval-slip";

/** Who asked, who signed exactly this plan, and whose yes is still asked for. */
export function SignoffsPart({ view }: { view: ApprovalSlipView }) {
  const { signatures, signing, requestedBy, requestedAt } = view;
  const open = Math.max(0, signing.needed - signatures.length);
  return (
    <>
      <Signoff number={1} who={requestedBy} about="asked for it" state="requested">
        <ExactTime at={requestedAt} />
      </Signoff>
      {signatures.map((signature, index) => (
        <Signoff
          key={signature.at}
          number={index + 2}
          who={signature.mine ? `${signature.by}, you` : signature.by}
          about={signature.reason ?? "on this plan"}
          state="approved"
        >
          <ExactTime at={signature.at} />
        </Signoff>
      ))}
      {Array.from({ length: open }, (_, index) => (
        <Signoff
          // biome-ignore lint/suspicious/noArrayIndexKey: open lines are all alike
          key={index}
          number={signatures.length + index + 2}
          who={`one of ${signing.from.join(", ")}`}
          about={index === 0 && signing.standing === "asked" ? "you" : "not the one who asked"}
          state="unsigned"
        />
      ))}
    </>
  );
}
