import { LinkButton } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Page, PageHead } from "@/components/ui/page";

/** The same for what is not there and for what one may not see. */
export default function ConsoleNotFound() {
  return (
    <Page>
      <PageHead title="Not available" />
      <EmptyState
        title="There is no such page, or you may not see it"
        action={<LinkButton href="/">To the overview</LinkButton>}
      >
        Whoever administers the project can tell.
      </EmptyState>
    </Page>
  );
}
