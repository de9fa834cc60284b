"use client";

import Link from "next/link";
import { useId, useState } from "react";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import { gateTitle } from "@/components/promotion/gate-words";
import { caseWords, gateAnswers, shadowWords, whyWords } from "@/components/settings/backtest-words";
import type { BacktestShown } from "@/components/settings/use-backtest";
import { ExactTime } from "@/components/time/exact-time";
import { RelativeTime } from "@/components/time/relative-time";
import { Button } from "@/components/ui/button";
import { Lines } from "@/components/ui/lines";
import { Skeleton } from "@/components/ui/skeleton";
import type { BacktestCase, BacktestResult } from "@/lib/pipeline/backtest/backtest-result";

/** What a changed policy would have done to past promotions, beside what the text changes. */
export function BacktestPanel({ shown }: { shown: BacktestShown | undefined }) {
  if (!shown) return null;
  return (
    <section className="backtest grid gap-2" aria-label="What it would have done">
      <h3 className="strong">What it would have done to past promotions</h3>
      {shown.kind === "asking" ? <Skeleton lines={2} label="Past promotions are replayed" /> : null}
      {shown.kind === "failed" ? <ActionFailureNote failure={shown.failure} /> : null}
      {shown.kind === "told" ? <Told result={shown.result} /> : null}
    </section>
  );
}

function Told({ result }: { result: BacktestResult }) {
  const { words, gates, cases, since } = result;
  const [first, ...more] = words;
  const answered = gates.filter((one) => Object.values(one.answers).some((count) => count > 0));
  return (
    <div className="grid gap-3">
      <div role="status">
        <p className="strong">{first}</p>
        {more.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
        <p className="small muted">
          Promotions that were asked for since <ExactTime at={since} show="date" />, each judged on the facts of the
          moment at which it started.
        </p>
      </div>
      {answered.length > 0 ? <Gates gates={answered} /> : null}
      {cases.length > 0 ? <Cases cases={cases} /> : null}
    </div>
  );
}

const gateColumns = [
  { key: "gate", head: "gate", width: "34%" },
  { key: "demand", head: "demands" },
  { key: "answers", head: "would have said", width: "34%" },
];

function Gates({ gates }: { gates: BacktestResult["gates"] }) {
  return (
    <Lines caption="What each gate would have said" columns={gateColumns} heads stack bare>
      {gates.map((one) => {
        const before = shadowWords(one);
        return (
          <tr key={`${one.environment} ${one.gate} ${one.demand} ${one.shadow}`}>
            <th scope="row">
              {gateTitle(one.gate)} <span className="muted font-regular">{one.environment}</span>
              {one.shadow ? <span className="muted font-regular">, in shadow</span> : null}
            </th>
            <td className="soft">{one.demand}</td>
            <td>
              {gateAnswers(one)}
              {before ? <span className="small muted block">{before}</span> : null}
            </td>
          </tr>
        );
      })}
    </Lines>
  );
}

const caseColumns = [
  { key: "promotion", head: "promotion", width: "34%" },
  { key: "why", head: "because of" },
  { key: "result", head: "would have been", width: "34%" },
];

function Cases({ cases }: { cases: readonly BacktestCase[] }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <div className="grid gap-2">
      <Button
        size="small"
        className="justify-self-start"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        {open ? "Hide" : "Show"} the {cases.length === 1 ? "promotion" : `${cases.length} promotions`}
      </Button>
      {open ? (
        <div id={id}>
          <Lines caption="Promotions that would not have started as they did" columns={caseColumns} heads stack bare>
            {cases.map((one) => (
              <tr key={one.promotion} className={one.result === "blocked" ? "is-no" : "is-open"}>
                <th scope="row">
                  <Link className="link" href={`/promotions/${one.promotion}`}>
                    {one.promotion}
                  </Link>{" "}
                  <span className="muted font-regular">
                    {one.release} to {one.environment}, <RelativeTime at={one.startedAt} />
                  </span>
                </th>
                <td>
                  {one.gates.map((gate) => (
                    <p key={`${gate.gate} ${gate.demand}`} className="small">
                      {whyWords(gateTitle(gate.gate), gate)}
                    </p>
                  ))}
                </td>
                <td>{caseWords(one)}</td>
              </tr>
            ))}
          </Lines>
        </div>
      ) : null}
    </div>
  );
}
