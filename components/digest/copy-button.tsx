"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { toast } from "@/components/ui/toast";

interface CopyButtonProps {
  text: string;
  label: string;
  className?: string;
}

/** Puts a text on the clipboard and says that it did. */
export function CopyButton({ text, label, className = "digest__copy" }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      toast.failed("The browser did not allow copying", { description: <span className="mono">{text}</span> });
    }
  }

  return (
    <button
      type="button"
      className={className}
      aria-label={label}
      title={label}
      data-copied={copied || undefined}
      onClick={copy}
    >
      {copied ? <Check className="i i--xs" aria-hidden="true" /> : <Copy className="i i--xs" aria-hidden="true" />}
      <span className="sr" role="status">
        {copied ? "Copied" : ""}
      </span>
    </button>
  );
}
