"use client";

import { ChevronDown } from "lucide-react";
import Link from "next/link";
import { type CSSProperties, type ReactNode, useState } from "react";
import { Meter } from "@/components/state/meter";
import { Stamp } from "@/components/state/stamp";
import type { StateName } from "@/components/state/state-language";

export interface StripTask {
  id: string;
  state: StateName;
  /** In the stamp, instead of the state's word: `canary 25 %`. */
  stamp?: ReactNode;
  /** Who and where to: `<b>chat</b> v0.9.4-rc.1 → production`. */
  what: ReactNode;
  /** Until when, since when, how far. */
  when?: ReactNode;
  progress?: { value: number; label: string };
  href: string;
}

export interface StripBox {
  title: string;
  /** `2 approvals`. */
  note?: ReactNode;
  tasks: StripTask[];
  /** How many there are in all; the strip prints three at most. */
  total: number;
  /** What stands there when there is none: `nothing waits for you`. */
  none: string;
  moreHref?: string;
  /** As wide as its widest stamp, so that the lines begin on one edge. */
  stampWidth?: number;
}

const linesShown = 3;

/** Always three boxes: waiting for you, in flight, stopped. On a phone each folds to one line. */
export function Strip({ boxes }: { boxes: [StripBox, StripBox, StripBox] }) {
  return (
    <section className="strip" aria-label="What needs me">
      {boxes.map((box) => (
        <Box key={box.title} box={box} />
      ))}
    </section>
  );
}

function Box({ box }: { box: StripBox }) {
  const [isOpen, setOpen] = useState(false);
  const shown = box.tasks.slice(0, linesShown);
  const more = box.total - shown.length;
  return (
    <div
      className="strip__box"
      data-open={isOpen}
      style={box.stampWidth ? ({ "--stamp": `${box.stampWidth}px` } as CSSProperties) : undefined}
    >
      <h2 className="caption">
        <b>{box.title}</b> {box.total === 0 ? null : box.note}
      </h2>
      <button type="button" className="strip__summary" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <b>{box.title}</b>
        <span className="muted">{box.total === 0 ? box.none : box.note}</span>
        <ChevronDown className="i" aria-hidden="true" />
      </button>
      <div className="strip__tasks">
        {box.total === 0 ? <p className="task task--more">{box.none}</p> : null}
        {shown.map((task) => (
          <Task key={task.id} task={task} />
        ))}
        {more > 0 && box.moreHref ? (
          <Link className="task task--more" href={box.moreHref}>
            {more} more
          </Link>
        ) : null}
      </div>
    </div>
  );
}

function Task({ task }: { task: StripTask }) {
  return (
    <Link className="task" href={task.href}>
      <Stamp name={task.state}>{task.stamp}</Stamp>
      <span className="task__what">{task.what}</span>
      {task.when || task.progress ? (
        <span className="task__when">
          {task.progress ? <Meter {...task.progress} /> : null}
          {task.when}
        </span>
      ) : null}
    </Link>
  );
}
