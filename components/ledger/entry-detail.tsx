"use client";

import Link from "next/link";
import { CopyButton } from "@/components/digest/copy-button";
import { useView } from "@/components/live/use-view";
import { type Fact, Facts } from "@/components/sheet/facts";
import { ExactTime } from "@/components/time/exact-time";
import { Skeleton } from "@/components/ui/skeleton";
import type { EntryView } from "@/lib/queries/history";

// An entry never changes, so no change makes it worth reading again.
const never = { projects: [] };

/** An entry laid open: all that it holds, and its place in the chain. */
export function EntryDetail({ project, seq }: { project: string; seq: number }) {
  const path = `/api/view/history/entry?${new URLSearchParams({ project, seq: String(seq) })}`;
  const { data, error } = useView<EntryView>(path, { watches: never });
  if (error && !data) return <p className="small">It could not be read: {error.problem.detail}</p>;
  if (!data) return <Skeleton lines={4} label={`Loading entry ${seq}`} />;
  return (
    <>
      <Facts facts={factsOf(data)} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="mono mt-2 max-h-80 overflow-auto" tabIndex={0} aria-label={`What entry ${seq} holds`}>
        <pre className="mono">{JSON.stringify(data.entry.data, null, 2)}</pre>
      </section>
    </>
  );
}

function factsOf({ entry, words, by }: EntryView): (Fact | false)[] {
  const { subject, actor, project } = entry;
  const { promotion, release, service, environment } = subject;
  return [
    words.about ? { name: "what", value: words.about } : false,
    { name: "when", value: <ExactTime at={entry.at} show="both" /> },
    { name: "by", value: actor.kind === "system" ? by : `${by}, ${actor.kind === "token" ? actor.owner : actor.id}` },
    promotion
      ? {
          name: "promotion",
          value: (
            <Link className="link" href={`/promotions/${promotion}`}>
              {promotion}
            </Link>
          ),
        }
      : false,
    release
      ? {
          name: "release",
          value: (
            <Link className="link" href={`/releases/${project}/${encodeURIComponent(release)}`}>
              {release}
            </Link>
          ),
        }
      : false,
    service
      ? {
          name: "service",
          value: (
            <Link className="link" href={`/services/${project}/${service}`}>
              {service}
            </Link>
          ),
        }
      : false,
    environment ? { name: "environment", value: environment } : false,
    { name: "hash before", value: <Hash text={entry.prev} what="hash before" /> },
    { name: "hash", value: <Hash text={entry.hash} what="hash" /> },
  ];
}

function Hash({ text, what }: { text: string; what: string }) {
  return (
    <span className="mono break-all">
      {text} <CopyButton text={text} label={`Copy the ${what}`} className="align-middle" />
    </span>
  );
}
