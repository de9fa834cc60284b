import { CopyButton } from "@/components/digest/copy-button";
import { State } from "@/components/state/state";
import { ExactTime } from "@/components/time/exact-time";
import type { PodRemains as Remains } from "@/lib/pipeline/promotion/failure-evidence";

/** What one pod left behind: folded, with its trouble to be read before it is opened. */
export function PodRemains({ remains }: { remains: Remains }) {
  const { pod, container, ready, restarts, trouble, events, noEvents, log, noLog } = remains;
  const restarted = restarts === 0 ? "" : `restarted ${restarts === 1 ? "once" : `${restarts} times`}`;
  return (
    <details className="remains">
      <summary>
        <span className="small inline-flex flex-wrap items-center gap-x-2">
          <span className="mono">{pod}</span>
          <State name={trouble ? "failing" : ready ? "healthy" : "degraded"}>
            {trouble?.reason ?? (ready ? "ready" : "not ready")}
          </State>
          <span className="muted">{restarted}</span>
        </span>
      </summary>
      <div className="grid gap-3 py-2">
        {trouble?.message ? <p className="small">{trouble.message}</p> : null}
        <div>
          <h4 className="small strong mb-1">What the cluster noted</h4>
          {noEvents ? <p className="small muted">{noEvents}</p> : null}
          {!noEvents && events.length === 0 ? <p className="small muted">Nothing about this pod.</p> : null}
          <ul className="remains__events">
            {events.map((event, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: what is kept never changes its order
              <li key={index} className="small">
                {event.at ? <ExactTime at={event.at} /> : null} <b>{event.reason}</b>
                {event.count > 1 ? ` ×${event.count}` : ""} {event.message}
              </li>
            ))}
          </ul>
        </div>
        <div>
          <h4 className="small strong mb-1 flex items-center gap-2">
            The last lines of {container}
            {log?.previous ? ", from the run that ended" : ""}
            {log?.text ? <CopyButton text={log.text} label={`Copy the log of ${pod}`} /> : null}
          </h4>
          {noLog ? <p className="small muted">It gave no log. {noLog}</p> : null}
          {log && log.text === "" ? <p className="small muted">It printed nothing.</p> : null}
          {log?.text ? (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
            <section className="remains__log" aria-label={`The log of ${pod}`} tabIndex={0}>
              <pre>
                {log.cut ? "…\n" : ""}
                {log.text}
              </pre>
            </section>
          ) : null}
        </div>
      </div>
    </details>
  );
}
