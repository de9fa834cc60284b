import type { TextError } from "@/components/settings/documents-outcome";
import { Lines } from "@/components/ui/lines";

const columns = [
  { key: "where", head: "line", width: "84px" },
  { key: "what", head: "what is wrong" },
  { key: "allowed", head: "what may stand there", width: "40%" },
];

/** What is wrong in a text; each leads to its line. */
export function TextErrors({ errors, onGoTo }: { errors: readonly TextError[]; onGoTo: (line: number) => void }) {
  return (
    <Lines caption="What is wrong" columns={columns} heads stack>
      {errors.map((error) => (
        <tr key={`${error.line}:${error.column} ${error.path} ${error.message}`} className="is-no">
          <th scope="row">
            <button type="button" className="link" onClick={() => onGoTo(error.line)}>
              {error.line}:{error.column}
            </button>
          </th>
          <td>
            <span className="mono break-all">{error.path === "" ? "the document" : error.path}</span>
            {error.value === undefined ? null : <span className="mono break-all"> ({error.value})</span>}{" "}
            {error.message}
          </td>
          <td className="soft">{error.allowed}</td>
        </tr>
      ))}
    </Lines>
  );
}
