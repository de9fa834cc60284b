import { LinkButton } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Page } from "@/components/ui/page";

/** The same for what is not there and for what one may not see. */
export default function ConsoleNotFound() {
  return (
    <Page>
      <h1 className="sr">Not available</h1>
      <EmptyState title="Not available" action={<LinkButton href="/">To the overview</LinkButton>}>
        There is no such page, or you may not see it. Whoever administers the project can tell.
      </EmptyState>
    </Page>
  );
}
