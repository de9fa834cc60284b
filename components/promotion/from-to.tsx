import Link from "next/link";
import type { ReactNode } from "react";
import { DigestLabel } from "@/components/digest/digest-label";
import { Box } from "@/components/sheet/box";
import { Exchange } from "@/components/sheet/exchange";
import { Facts } from "@/components/sheet/facts";
import { RelativeTime } from "@/components/time/relative-time";
import { Lines } from "@/components/ui/lines";
import type { Plan, PlannedService } from "@/lib/pipeline/plan/plan";
import type { ImageFacts, ServiceFacts } from "@/lib/queries/plan-facts";

interface FromToProps {
  plan: Plan;
  facts: readonly ServiceFacts[];
  /** The number of its first box. */
  number: number;
}

/** What runs and what would run: side by side for one service, in lines for several. */
export function FromTo({ plan, facts, number }: FromToProps) {
  const [only] = plan.services;
  if (only && plan.services.length === 1) {
    const fact = facts.find((one) => one.service === only.service);
    return <OneService plan={plan} planned={only} fact={fact} number={number} />;
  }
  return <ManyServices plan={plan} number={number} />;
}

function OneService(props: { plan: Plan; planned: PlannedService; fact?: ServiceFacts; number: number }) {
  const { plan, planned, fact, number } = props;
  const { from, to } = planned;
  return (
    <Exchange
      from={{
        title: `Runs in ${plan.environment} now`,
        number,
        answer: fact?.runs?.since ? <RunsSince since={fact.runs.since} verifiedAt={fact.runs.verifiedAt} /> : undefined,
        version: from ? (from.version ?? "not a known release") : "nothing",
        digest: from?.digest,
        children: <RunsFacts fact={fact} />,
      }}
      to={{
        title: plan.kind === "rollback" ? "Would run again" : "Would run",
        number: number + 1,
        version: to.version,
        digest: to.digest,
        children: <ImageFactsList image={fact?.to ?? null} project={plan.project} />,
      }}
    />
  );
}

function RunsSince({ since, verifiedAt }: { since: string; verifiedAt: string | null }) {
  return (
    <>
      <RelativeTime at={since} form="age" />, {verifiedAt ? "verified" : "not verified"}
    </>
  );
}

function RunsFacts({ fact }: { fact: ServiceFacts | undefined }) {
  const runs = fact?.runs;
  return (
    <Facts
      facts={[
        fact?.from?.revision ? { name: "commit", value: <Commit image={fact.from} /> } : false,
        runs?.seenAt
          ? {
              name: "seen",
              value: (
                <>
                  {runs.ready} of {runs.desired} pods ready, <RelativeTime at={runs.seenAt} />
                </>
              ),
            }
          : { name: "seen", value: "not yet" },
      ]}
    />
  );
}

function ImageFactsList({ image, project }: { image: ImageFacts | null; project: string }) {
  if (!image) return <p className="note">It was never announced here.</p>;
  return (
    <Facts
      facts={[
        image.revision ? { name: "commit", value: <Commit image={image} /> } : false,
        {
          name: "built",
          value: (
            <>
              <BuildLink image={image} />
              {image.builtAt ? <RelativeTime at={image.builtAt} /> : "at a time that its image does not tell"}
            </>
          ),
        },
        {
          name: "release",
          value: (
            <Link className="link" href={`/releases/${project}/${encodeURIComponent(image.release)}`}>
              {image.release}
            </Link>
          ),
        },
      ]}
    />
  );
}

export function Commit({ image }: { image: Pick<ImageFacts, "revision" | "commitUrl"> }) {
  const short = image.revision?.slice(0, 7);
  if (!image.commitUrl) return <span className="mono">{short}</span>;
  return (
    <a className="link mono" href={image.commitUrl} rel="noreferrer" target="_blank">
      {short}
    </a>
  );
}

function BuildLink({ image }: { image: ImageFacts }): ReactNode {
  // Only http and https addresses were accepted at the announcement; what is older is checked again.
  if (!image.buildUrl || !/^https?:\/\//.test(image.buildUrl)) return null;
  return (
    <>
      <a className="link" href={image.buildUrl} rel="noreferrer" target="_blank">
        build
      </a>
      {", "}
    </>
  );
}

const columns = [
  { key: "service", head: "service", width: "20%" },
  { key: "from", head: "runs now" },
  { key: "to", head: "would run" },
];

function ManyServices({ plan, number }: { plan: Plan; number: number }) {
  return (
    <div className="sheet__row">
      <Box number={number} title="What moves" note={`${plan.services.length} services, in this order`} flush>
        <Lines caption="Services that move" columns={columns} heads tall stack>
          {plan.services.map(({ service, from, to }) => (
            <tr key={service}>
              <th scope="row" className="strong">
                {service}
              </th>
              <td>
                <span className="muted">{from ? (from.version ?? "unknown release") : "nothing"} </span>
                {from ? <DigestLabel digest={from.digest} /> : null}
              </td>
              <td>
                <b>{to.version}</b> <DigestLabel digest={to.digest} />
              </td>
            </tr>
          ))}
        </Lines>
      </Box>
    </div>
  );
}
