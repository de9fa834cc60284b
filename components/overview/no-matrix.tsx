import type { ViewError } from "@/components/live/fetch-view";
import { ViewErrorState } from "@/components/live/view-error-state";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";

/** Stands where the matrix would be while it cannot be read. */
export function NotRead({ error, onRetry }: { error: ViewError; onRetry: () => void }) {
  return <ViewErrorState title="The matrix could not be read" error={error} onRetry={onRetry} />;
}

/** The filter leaves nothing. */
export function NoService({ onClear }: { onClear: () => void }) {
  return (
    <EmptyState title="No service fits" action={<Button onClick={onClear}>Show all services</Button>}>
      Nothing in the projects in sight has this name and this state.
    </EmptyState>
  );
}
