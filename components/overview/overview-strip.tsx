"use client";

import { ShortDigest } from "@/components/digest/short-digest";
import { Moves, Named, Place } from "@/components/overview/task-words";
import { Strip, type StripBox, type StripTask } from "@/components/sheet/strip";
import { RelativeTime, Until } from "@/components/time/relative-time";
import type { FlightTask, OverviewView, StoppedTask } from "@/lib/queries/overview";

interface OverviewStripProps {
  view: OverviewView | undefined;
  /** Whether each line says of which project it is: two of them may have a service of one name. */
  named: boolean;
}

/** What waits for whoever looks, what is in flight and what is stopped. */
export function OverviewStrip({ view, named }: OverviewStripProps) {
  return (
    <Named value={named}>
      <Strip boxes={[waitingBox(view), flightBox(view), stoppedBox(view)]} />
    </Named>
  );
}

const notRead = { tasks: [], total: 0, none: "reading" };

function waitingBox(view: OverviewView | undefined): StripBox {
  const title = "Waiting for you";
  if (!view) return { title, ...notRead };
  const { tasks, total, checklists, others, overrides } = view.waiting;
  const elsewhere = others > 0 ? `${others} ${others === 1 ? "waits" : "wait"} for other people` : undefined;
  const toReview = countOf(overrides, "override");
  const also = [toReview && `${toReview} to look at`, elsewhere].filter(Boolean).join(", ");
  return {
    title,
    note: [countOf(total - checklists, "approval"), countOf(checklists, "checklist"), also].filter(Boolean).join(", "),
    tasks: tasks.map((task) => ({
      id: task.id,
      state: "approve",
      ...(task.toTick > 0 ? { stamp: "to tick" } : {}),
      what: <Moves {...task} />,
      when: (
        <>
          {task.toTick > 0 ? `${countOf(task.toTick, "item")}, ` : null}
          {task.toTick === 0 && task.needed > 1 ? `${task.given} of ${task.needed}, ` : null}
          <Until at={task.expiresAt} />
        </>
      ),
      href: `/promotions/${task.id}`,
    })),
    total,
    none: also === "" ? "nothing waits for you" : toReview ? also : `nothing; ${also}`,
    moreHref: "/approvals",
    stampWidth: 76,
  };
}

function flightBox(view: OverviewView | undefined): StripBox {
  const title = "In flight";
  if (!view) return { title, ...notRead };
  const { tasks, total } = view.inFlight;
  return {
    title,
    note: countOf(total, "promotion"),
    tasks: tasks.map(flightTask),
    total,
    none: "nothing is on its way",
    moreHref: "/promotions?phase=inFlight",
    stampWidth: 88,
  };
}

function flightTask(task: FlightTask): StripTask {
  const { done, of } = task;
  const unit = task.phase === "verifying" ? "checks" : "services";
  const counted = done !== undefined && of !== undefined && of > 1;
  return {
    id: task.id,
    state: task.phase,
    // Beside a meter there is no room for the version; the matrix has it.
    what: <Moves {...task} version={counted ? undefined : task.version} />,
    when: counted ? `${done} of ${of} ${unit}` : <RelativeTime at={task.since} form="age" />,
    ...(counted ? { progress: { value: done / of, label: `${done} of ${of} ${unit}` } } : {}),
    href: `/promotions/${task.id}`,
  };
}

function stoppedBox(view: OverviewView | undefined): StripBox {
  const title = "Stopped";
  if (!view) return { title, ...notRead };
  const { tasks, total, counts } = view.stopped;
  const words = [
    counts.stuck > 0 && `${counts.stuck} stuck`,
    counts.hold > 0 && countOf(counts.hold, "hold"),
    counts.automation > 0 && `${countOf(counts.automation, "automation")} held`,
    counts.drift > 0 && `${counts.drift} drift`,
    counts.block > 0 && countOf(counts.block, "block"),
  ];
  return {
    title,
    note: words.filter(Boolean).join(", "),
    tasks: tasks.map(stoppedTask),
    total,
    none: "nothing is stopped",
    moreHref: "/?show=stopped",
    stampWidth: 72,
  };
}

function stoppedTask(task: StoppedTask): StripTask {
  switch (task.kind) {
    case "stuck":
      return {
        ...{ id: task.id, state: "stuck", href: `/promotions/${task.id}` },
        what: <Moves {...task} />,
        when: <RelativeTime at={task.at} />,
      };
    case "hold":
      return {
        id: `hold ${task.project} ${task.environment ?? ""}`,
        state: "hold",
        what: <Place name={task.project} rest={task.environment ?? "every environment"} />,
        when: (
          <span title={task.reason}>
            {task.by}, <RelativeTime at={task.at} form="age" />
          </span>
        ),
        href: task.environment ? `/environments/${task.project}/${task.environment}` : "/environments",
      };
    case "automation":
      return {
        ...{ id: `automation ${task.project} ${task.service} ${task.environment}`, state: "held" },
        what: <Place project={task.project} name={task.service} rest={task.environment} />,
        when: (
          <span title="Automatic promotion is held since a rollback">
            automation, {task.by} <RelativeTime at={task.at} form="age" />
          </span>
        ),
        href: `/environments/${task.project}/${task.environment}`,
      };
    case "drift":
      return {
        id: `drift ${task.project} ${task.service} ${task.environment}`,
        state: "drift",
        what: <Place project={task.project} name={task.service} rest={task.environment} />,
        when: (
          <>
            runs <ShortDigest digest={task.digest} />
            {task.at ? <RelativeTime at={task.at} form="age" /> : null}
          </>
        ),
        href: `/services/${task.project}/${task.service}`,
      };
    case "block":
      return {
        id: `block ${task.project} ${task.service} ${task.environment} ${task.digest}`,
        ...{ state: "blocked", stamp: "block" },
        what: (
          <>
            <Place project={task.project} name={task.service} rest={task.environment} />{" "}
            {task.version ?? <ShortDigest digest={task.digest} />}
          </>
        ),
        when: <RelativeTime at={task.at} />,
        href: `/environments/${task.project}/${task.environment}#blocks`,
      };
    default:
      return task satisfies never;
  }
}

function countOf(count: number, what: string): string | undefined {
  if (count === 0) return undefined;
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
