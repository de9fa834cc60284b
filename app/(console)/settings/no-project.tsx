import { EmptyState } from "@/components/ui/empty-state";

/** Stands where a project's settings would be for whoever may see none. */
export function NoProject() {
  return (
    <EmptyState title="No project in sight">
      You may see no project yet. Whoever administers one can put you, or a group of yours, into its file.
    </EmptyState>
  );
}
