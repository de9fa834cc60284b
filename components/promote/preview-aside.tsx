import Link from "next/link";
import { DigestLabel } from "@/components/digest/digest-label";
import { previewAnswer } from "@/components/promote/preview-answer";
import { countVerdicts } from "@/components/promotion/gate-words";
import { PlanFactsList } from "@/components/promotion/plan-boxes";
import { Answer, Tally } from "@/components/sheet/answer";
import { Box } from "@/components/sheet/box";
import { Sheet, SheetRow } from "@/components/sheet/sheet";
import { Signoff } from "@/components/sheet/signoff";
import { spanWords } from "@/components/time/time-words";
import { groupsOf } from "@/lib/pipeline/gates/approval-config";
import type { PreviewView } from "@/lib/queries/promote-preview";
import { type RequestAction, RequestForm } from "./request-form";

interface PreviewAsideProps {
  view: PreviewView;
  isStale: boolean;
  requestAction: RequestAction;
  rollBackAction: RequestAction;
}

/** What the preview comes to, who signs, and the button. */
export function PreviewAside(props: PreviewAsideProps) {
  const { view } = props;
  const answer = previewAnswer(view);
  return (
    <Sheet label="Answer">
      <Answer tone={answer.tone} shape={answer.shape} word={answer.word}>
        {answer.text}
        <Around view={view} />
      </Answer>
      <SheetRow>
        <Tally counts={countVerdicts(view.verdicts)} />
      </SheetRow>
      <SheetRow>
        <Signoffs view={view} />
      </SheetRow>
      <SheetRow>
        <RequestForm {...props} />
      </SheetRow>
      <SheetRow>
        <Box title="Plan" answer="what is signed is what is executed">
          <p className="mb-2">
            <DigestLabel digest={view.planHash} copy what="plan hash" />
          </p>
          <PlanFactsList plan={view.plan} />
        </Box>
      </SheetRow>
    </Sheet>
  );
}

/** What this one would displace, and what it undoes. */
function Around({ view }: { view: PreviewView }) {
  return (
    <>
      {view.supersedes.length > 0 ? (
        <>
          {" "}
          This supersedes {view.supersedes.length}: <PromotionLinks ids={view.supersedes.map((one) => one.id)} />.
        </>
      ) : null}
      {view.undoes ? (
        <>
          {" "}
          It undoes <PromotionLinks ids={[view.undoes]} />.
        </>
      ) : null}
    </>
  );
}

function PromotionLinks({ ids }: { ids: string[] }) {
  return ids.map((id, index) => (
    <span key={id}>
      {index > 0 ? ", " : ""}
      <Link className="link" href={`/promotions/${id}`}>
        {id}
      </Link>
    </span>
  ));
}

function Signoffs({ view }: { view: PreviewView }) {
  const gates = view.plan.gates.flatMap((gate) => (gate.kind === "approval" ? [gate] : []));
  const expires = gates.length > 0 ? spanWords(Math.min(...gates.map((gate) => gate.expiresAfterMs))) : undefined;
  const lines = gates.flatMap((gate, place) =>
    groupsOf(gate).flatMap(({ from, count }, group) =>
      Array.from({ length: count }, (_, index) => ({ from, key: `${place} ${group} ${index}` })),
    ),
  );
  return (
    <Box title="Sign-offs" answer={expires ? `asks expire after ${expires}` : "no approval is asked for"}>
      <Signoff number={1} who={view.may ? "you" : "a release manager"} about="with the request" state="requested">
        on request
      </Signoff>
      {lines.map(({ from, key }, line) => (
        <Signoff
          key={key}
          number={line + 2}
          who={`one of ${from.join(", ")}`}
          about="not the one who asks"
          state="unsigned"
        />
      ))}
    </Box>
  );
}
