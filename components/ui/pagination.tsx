import { ChevronLeft, ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { Button, LinkButton } from "./button";

interface PaginationProps {
  /** What is shown, of how much: `entries 47 876 to 47 777 of 48 213`. */
  summary?: ReactNode;
  /** The words for the way back and on; newest first, back is newer. */
  previousLabel?: string;
  nextLabel?: string;
  previousHref?: string;
  nextHref?: string;
  onPrevious?: () => void;
  onNext?: () => void;
}

/** Pages by cursor: there is a before and an after, no numbers that move while one reads. */
export function Pagination(props: PaginationProps) {
  const { summary, previousLabel = "Newer", nextLabel = "Older" } = props;
  return (
    <nav className="pagination" aria-label="Pages">
      {summary ? <span>{summary}</span> : null}
      <span className="actions">
        <Step
          label={previousLabel}
          href={props.previousHref}
          onClick={props.onPrevious}
          icon={<ChevronLeft className="i" aria-hidden="true" />}
        />
        <Step
          label={nextLabel}
          href={props.nextHref}
          onClick={props.onNext}
          icon={<ChevronRight className="i" aria-hidden="true" />}
        />
      </span>
    </nav>
  );
}

function Step({ label, href, onClick, icon }: { label: string; href?: string; onClick?: () => void; icon: ReactNode }) {
  if (href)
    return (
      <LinkButton href={href} size="small" icon={icon}>
        {label}
      </LinkButton>
    );
  return (
    <Button size="small" icon={icon} onClick={onClick} disabled={!onClick}>
      {label}
    </Button>
  );
}
