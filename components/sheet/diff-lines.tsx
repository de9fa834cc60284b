import { classNames } from "@/components/ui/class-names";
import { ScrollRegion } from "@/components/ui/scroll-region";

export interface DiffLine {
  kind: "add" | "cut" | "same";
  text: string;
}

const signs: Record<DiffLine["kind"], { sign: string; word: string }> = {
  add: { sign: "+", word: "added: " },
  cut: { sign: "−", word: "removed: " },
  same: { sign: " ", word: "" },
};

/** Lines that came and went, with their signs in a gutter. */
export function DiffLines({ lines, label }: { lines: DiffLine[]; label: string }) {
  return (
    <ScrollRegion className="diff mono" label={label}>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is known by its place
        <div key={index} className={classNames("diff__line", line.kind !== "same" && `diff__line--${line.kind}`)}>
          <i aria-hidden="true">{signs[line.kind].sign}</i>
          <span>
            <span className="sr">{signs[line.kind].word}</span>
            {line.text}
          </span>
        </div>
      ))}
    </ScrollRegion>
  );
}
