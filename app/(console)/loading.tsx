import { Page } from "@/components/ui/page";
import { Skeleton } from "@/components/ui/skeleton";

export default function ConsoleLoading() {
  return (
    <Page>
      <div className="sheet p-4">
        <Skeleton lines={8} label="Loading the page" />
      </div>
    </Page>
  );
}
