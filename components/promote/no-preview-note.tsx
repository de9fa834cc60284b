import { LinkButton } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHead } from "@/components/ui/page";
import type { NoPreview } from "@/lib/queries/promote-preview";

/** Stands where a preview would be that cannot be made, with what would change that. */
export function NoPreviewNote({ view }: { view: NoPreview }) {
  const { subject, message } = view;
  const isRollback = subject.kind === "rollback";
  return (
    <>
      <PageHead title={isRollback ? `Roll back in ${subject.environment}` : `Promote to ${subject.environment}`} />
      <EmptyState title="There is no plan for this" action={<LinkButton href="/">To the overview</LinkButton>}>
        {message.charAt(0).toUpperCase() + message.slice(1)}.
      </EmptyState>
    </>
  );
}
