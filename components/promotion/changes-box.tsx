import { Commit } from "@/components/promotion/from-to";
import { Box } from "@/components/sheet/box";
import { Lines } from "@/components/ui/lines";
import type { Plan } from "@/lib/pipeline/plan/plan";
import { sizeWords } from "@/lib/pipeline/policy/size-words";
import type { ImageFacts, ServiceFacts } from "@/lib/queries/plan-facts";

const columns = [
  { key: "service", head: "service", width: "20%" },
  { key: "commits", head: "commits" },
  { key: "size", head: "image", width: "24%" },
  { key: "link", head: "read them", numeric: true },
];

/** What lies between what runs and what would run: by the commits that the images name. */
export function ChangesBox({ number, plan, facts }: { number: number; plan: Plan; facts: readonly ServiceFacts[] }) {
  return (
    <Box number={number} title="What changes" note="between the commits that the images name" flush>
      <Lines caption="Commits between" columns={columns} stack>
        {plan.services.map(({ service }) => {
          const fact = facts.find((one) => one.service === service);
          return (
            <tr key={service}>
              <th scope="row" className="strong">
                {service}
              </th>
              <td>
                <Between from={fact?.from ?? null} to={fact?.to ?? null} />
              </td>
              <td className="muted">{sizesOf(fact)}</td>
              <td className="num">
                {fact?.compareUrl ? (
                  <a className="link" href={fact.compareUrl} rel="noreferrer" target="_blank">
                    compare
                  </a>
                ) : null}
              </td>
            </tr>
          );
        })}
      </Lines>
    </Box>
  );
}

function Between({ from, to }: { from: ImageFacts | null; to: ImageFacts | null }) {
  if (!to?.revision) return <span className="muted">not known: the image names no commit</span>;
  if (!from?.revision) {
    return (
      <>
        up to <Commit image={to} /> <span className="muted">from a commit that is not known</span>
      </>
    );
  }
  if (from.revision === to.revision) {
    return (
      <>
        <Commit image={to} /> <span className="muted">on both sides</span>
      </>
    );
  }
  return (
    <>
      <Commit image={from} /> to <Commit image={to} />
    </>
  );
}

function sizesOf(fact: ServiceFacts | undefined): string {
  if (!fact?.to) return "";
  const size = sizeWords(fact.to.sizeBytes);
  const before = fact.from ? sizeWords(fact.from.sizeBytes) : size;
  return before === size ? `image of ${size}` : `image of ${before} to ${size}`;
}
