import { classNames } from "@/components/ui/class-names";
import { CopyButton } from "./copy-button";
import { markPath, printedDigest } from "./digest-mark";

interface DigestLabelProps {
  /** All 64 digits, with or without `sha256:`. */
  digest: string;
  /** Print `sha256:` before the digits. */
  prefix?: boolean;
  /** A button that gives the whole digest. */
  copy?: boolean;
  /** What it is the digest of, for the copy button's name: `plan`. */
  what?: string;
  className?: string;
}

/** A digest as a consignment label: its mark, its eight digits, and a button that gives all 64. */
export function DigestLabel({ digest, prefix, copy, what = "digest", className }: DigestLabelProps) {
  const whole = digest.startsWith("sha256:") ? digest : `sha256:${digest}`;
  return (
    <span className={classNames("digest", className)}>
      <span className="digest__mark">
        <svg width="47" height="12" viewBox="0 0 46.5 12" aria-hidden="true">
          <path d={markPath(digest)} stroke="currentColor" strokeWidth="1.5" fill="none" />
        </svg>
      </span>
      <span className="digest__text mono" title={whole}>
        {prefix ? `sha256:${printedDigest(digest)}` : printedDigest(digest)}
      </span>
      {copy ? <CopyButton text={whole} label={`Copy the whole ${what}`} /> : null}
    </span>
  );
}
