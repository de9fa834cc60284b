import Link from "next/link";
import { type OverrideActions, OverrideActs } from "@/components/override/override-acts";
import { overrideStandingWords } from "@/components/override/override-words";
import { gateTitle } from "@/components/promotion/gate-words";
import { PromotionName } from "@/components/promotion/promotion-name";
import { Stamp } from "@/components/state/stamp";
import { RelativeTime } from "@/components/time/relative-time";
import { Lines } from "@/components/ui/lines";
import type { OverrideLine } from "@/lib/queries/overrides";

const columns = [
  { key: "what", head: "what", width: "34%" },
  { key: "state", head: "gate", width: "132px" },
  { key: "why", head: "why" },
  { key: "who", head: "overridden by", width: "148px" },
  { key: "act", head: "", numeric: true, width: "104px" },
];

/** Gates that somebody let pass, until another person has reviewed that. */
export function OverrideLines({ lines, actions }: { lines: OverrideLine[]; actions: OverrideActions }) {
  return (
    <Lines caption="Overrides" columns={columns} heads tall stack>
      {lines.map((line) => (
        <tr key={`${line.promotion} ${line.id}`} className={line.mayConfirm || line.mayReview ? "is-open" : undefined}>
          <th scope="row">
            <Link className="link strong" href={`/promotions/${line.promotion}`}>
              <PromotionName {...line} kind="promote" />
            </Link>
            <span className="muted block">
              {line.promotion}, {line.project}
            </span>
          </th>
          <td className="lines__side">
            <Stamp name={line.standing === "asked" ? "waiting" : "degraded"}>{gateTitle(line.gateKind)}</Stamp>
          </td>
          <td>
            <bdi>{line.reason}</bdi> <span className="muted">({line.incident})</span>
            <span className="muted block">{overrideStandingWords(line.standing)}</span>
          </td>
          <td className="muted">
            <span className="soft">{line.by}</span> <RelativeTime at={line.at} />
          </td>
          <td className="num">
            <OverrideActs override={line} {...line} actions={actions} />
          </td>
        </tr>
      ))}
    </Lines>
  );
}
