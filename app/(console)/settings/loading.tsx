import { Skeleton } from "@/components/ui/skeleton";

export default function SettingsLoading() {
  return (
    <div className="sheet p-4">
      <Skeleton lines={8} label="Loading the settings" />
    </div>
  );
}
