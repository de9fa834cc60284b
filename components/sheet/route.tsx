import type { ReactNode } from "react";
import { Meter } from "@/components/state/meter";
import { Shape } from "@/components/state/shape";
import { lookOf, type StateName } from "@/components/state/state-language";
import { classNames } from "@/components/ui/class-names";

export interface RouteStop {
  /** Unique on the route. */
  id: string;
  title: ReactNode;
  /** One or two short lines below: when, who, how long. */
  lines?: ReactNode[];
  /** Left out in a preview, where nothing has begun. */
  phase?: "done" | "now" | "next" | "stopped";
  /** With `stopped`: why it stands where it stands; `stuck`, `failed`, `aborted` … */
  state?: StateName;
  /** In a preview: users are touched here. */
  key?: boolean;
  /** How far, from 0 to 1, with the words for it. */
  progress?: { value: number; label: string };
}

/** More do not stand in one line: their words would be broken letter by letter. */
const inOneLine = 10;

const words = { done: "done", now: "now", next: "to come", stopped: "stopped" } as const;

/** Steps as ports on a line: filled is done, carbon is now, hollow is to come. */
export function Route({ stops, label }: { stops: RouteStop[]; label: string }) {
  const isUnderWay = stops.some((stop) => stop.phase);
  return (
    <ol
      className={classNames("route", isUnderWay && "route--steps", stops.length > inOneLine && "route--long")}
      aria-label={label}
    >
      {stops.map((stop) => (
        <Stop key={stop.id} stop={stop} />
      ))}
    </ol>
  );
}

function Stop({ stop }: { stop: RouteStop }) {
  const look = stop.state ? lookOf(stop.state) : undefined;
  return (
    <li
      className={classNames("route__stop", stop.phase && `route__stop--${stop.phase}`, look && `tone-${look.tone}`)}
      aria-current={stop.phase === "now" ? "step" : undefined}
    >
      {look ? (
        <span className="route__shape">
          <Shape name={look.shape} label={look.word} />
        </span>
      ) : (
        <i className={classNames("route__port", stop.key && "route__port--key")} aria-hidden="true" />
      )}
      <b>
        {stop.title}
        {stop.phase ? <i className="sr">, {words[stop.phase]}</i> : null}
        {stop.key ? <i className="sr">, users are touched here</i> : null}
      </b>
      {stop.lines?.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have a place and no name
        <span key={index}>{line}</span>
      ))}
      {stop.progress ? <Meter value={stop.progress.value} label={stop.progress.label} /> : null}
    </li>
  );
}
