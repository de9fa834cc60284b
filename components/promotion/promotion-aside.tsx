import Link from "next/link";
import type { ReactNode } from "react";
import { DigestLabel } from "@/components/digest/digest-label";
import { PlanFactsList } from "@/components/promotion/plan-boxes";
import { Box } from "@/components/sheet/box";
import { Feed } from "@/components/sheet/feed";
import { Sheet, SheetRow } from "@/components/sheet/sheet";
import { State } from "@/components/state/state";
import type { PromotionView } from "@/lib/queries/promotion-page";

interface PromotionAsideProps {
  view: PromotionView;
  /** The entry after which the page shows it; absent where it shows it as it is. */
  replayed?: number;
}

/** The two sides of the exchange, the plan, and the ledger's entries about it. */
export function PromotionAside({ view, replayed }: PromotionAsideProps) {
  const { plan } = view;
  return (
    <>
      <Sheet label="Sides">
        {isWaiting(view)
          ? null
          : plan.services.map(({ service, to, from, rollback }) => (
              <SheetRow key={service}>
                <Box title={plan.services.length > 1 ? <span className="wrap-anywhere">{service}</span> : "Sides"}>
                  <Side
                    title={<State name={view.phase === "succeeded" ? "observed" : "requested"}>to {to.version}</State>}
                    digest={to.digest}
                  />
                  {from ? (
                    <Side
                      title={<span className="soft">from {from.version ?? "a release that is not known"}</span>}
                      digest={from.digest}
                    />
                  ) : (
                    <p className="small muted">nothing ran before</p>
                  )}
                  {rollback && rollback.digest !== from?.digest ? (
                    <Side
                      title={<State name="rolledBack">goes back to {rollback.version}</State>}
                      digest={rollback.digest}
                    />
                  ) : null}
                </Box>
              </SheetRow>
            ))}
        <SheetRow>
          <Box title="Plan" answer="what is signed is what runs">
            <p className="mb-2">
              <DigestLabel digest={view.planHash} copy what="plan hash" />
            </p>
            <PlanFactsList plan={plan} />
          </Box>
        </SheetRow>
      </Sheet>
      <Sheet label="Ledger">
        <Box
          title="Ledger"
          note={
            view.entries > view.feed.length
              ? `${view.feed.length} of ${view.entries} entries`
              : `${view.entries} entries`
          }
          answer={
            <Link className="link" href={`/history?project=${view.project}&promotion=${view.id}`}>
              all
            </Link>
          }
          flush
        >
          <Feed
            entries={view.feed.map(({ seq, kind, at, by, hash, about }) => ({
              number: seq,
              kind,
              at,
              hash,
              about: about ?? by,
              href: `/history?project=${view.project}&before=${seq + 1}&entry=${seq}`,
              replayed: replayed === undefined || seq < replayed ? undefined : seq === replayed ? "now" : "later",
            }))}
          />
        </Box>
      </Sheet>
    </>
  );
}

/** What runs and what would run stand in the form then. */
function isWaiting({ phase }: PromotionView): boolean {
  return phase === "waiting" || phase === "queued";
}

function Side({ title, digest }: { title: ReactNode; digest: string }) {
  return (
    <div className="mb-2">
      <p className="small mb-1 break-words [&_.state]:whitespace-normal">{title}</p>
      <DigestLabel digest={digest} prefix copy />
    </div>
  );
}
