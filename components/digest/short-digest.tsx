import { printedDigest } from "./digest-mark";

/** `e83a…07f6` in running text; the whole digest is in its title. */
export function ShortDigest({ digest }: { digest: string }) {
  return (
    <span className="mono nowrap" title={digest}>
      {printedDigest(digest)}
    </span>
  );
}
