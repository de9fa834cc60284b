import { JobLogs } from "@/components/promotion/job-logs";
import { checkWords } from "@/components/promotion/plan-steps";
import { Box } from "@/components/sheet/box";
import { State } from "@/components/state/state";
import type { StateName } from "@/components/state/state-language";
import { RelativeTime } from "@/components/time/relative-time";
import { Lines } from "@/components/ui/lines";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { isUnderWay } from "@/lib/pipeline/verification/judge-job";

const columns = [
  { key: "check", head: "check", width: "46%" },
  { key: "state", head: "stands", width: "116px" },
  { key: "found", head: "found" },
  { key: "since", head: "since", numeric: true, width: "112px" },
];

const states: Record<CheckState["status"], { name: StateName; word: string }> = {
  waiting: { name: "wait", word: "not yet" },
  holding: { name: "verifying", word: "holding" },
  good: { name: "pass", word: "good" },
  passed: { name: "pass", word: "pass" },
  failed: { name: "fail", word: "fail" },
  unknown: { name: "unknown", word: "unknown" },
};

/** A job goes on by itself; once the promotion does not, nobody looks at it any more. */
function stateOf(check: CheckState, isOn: boolean): { name: StateName; word: string } {
  if (!isUnderWay(check)) return states[check.status];
  return isOn ? { name: "verifying", word: "running" } : { name: "superseded", word: "not awaited" };
}

interface ChecksBoxProps {
  number: number;
  checks: CheckState[];
  note?: string;
  title?: string;
  /** The promotion of whose jobs the logs can be read. */
  logsOf?: { id: string; project: string };
  /** False where nobody looks at these checks any more. */
  isOn?: boolean;
}

/** Every check of the verification: where it stands, and the words that were found. */
export function ChecksBox({ number, checks, note, title = "Verification", logsOf, isOn = true }: ChecksBoxProps) {
  return (
    <Box number={number} title={title} note={note ?? checkWords(checks.length)} flush>
      <Lines caption="Checks" columns={columns} heads tall stack>
        {checks.map((check) => (
          <tr key={check.id} className={check.status === "failed" ? "is-no" : undefined}>
            <th scope="row" className="strong">
              {check.title}
            </th>
            <td className="lines__side">
              <State name={stateOf(check, isOn).name}>{stateOf(check, isOn).word}</State>
            </td>
            <td>{check.found}</td>
            <td className="num muted">
              <RelativeTime at={check.since} />
            </td>
          </tr>
        ))}
      </Lines>
      {logsOf ? <JobLogs {...logsOf} checks={checks} /> : null}
    </Box>
  );
}
