import { LinkButton } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Page, PageHead } from "@/components/ui/page";

/** The first minute of an installation, and of somebody whom no project knows yet. */
export function NoProject({ mayMake }: { mayMake: boolean }) {
  return (
    <Page>
      <PageHead title="Overview" />
      {mayMake ? (
        <EmptyState
          title="No project yet"
          action={
            <LinkButton href="/settings/file" variant="primary">
              Apply a project file
            </LinkButton>
          }
        >
          A project file names the environments, the services and who may do what. Apply one here or with{" "}
          <code className="mono">waybill apply -f waybill.yaml</code>; then this page shows what runs where.
        </EmptyState>
      ) : (
        <EmptyState title="No project is open to you">
          Nobody has given you a role in a project yet. Whoever administers Waybill does so in the project’s file, by a
          group of yours or by your address; this page then shows what runs where.
        </EmptyState>
      )}
    </Page>
  );
}
