"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { DocumentEditor } from "@/components/settings/document-editor";
import { newConnectionText, newProjectText } from "@/components/settings/new-document";
import type { DocumentsAction } from "@/components/settings/use-checking";
import { Box } from "@/components/sheet/box";
import { Sheet, SheetRow } from "@/components/sheet/sheet";

interface NewDocumentPageProps {
  what: "project" | "connection";
  mayAdminister: boolean;
  action: DocumentsAction;
}

/** A project or a connection that is not there yet, from a text to start with. */
export function NewDocumentPage({ what, mayAdminister, action }: NewDocumentPageProps) {
  const router = useRouter();
  const start = what === "project" ? newProjectText : newConnectionText;
  const [text, setText] = useState(start);
  return (
    <Sheet label={`A new ${what}`}>
      <SheetRow>
        <Box number={1} title={`A new ${what}`} note="one document or several, with --- between them">
          <DocumentEditor
            label={`The text of the new ${what}`}
            text={text}
            onChange={setText}
            changed={text !== start}
            onDiscard={() => setText(start)}
            basedOn={{}}
            refusal={mayAdminister ? null : `Only administrators of the installation may add a ${what}`}
            action={action}
            onApplied={(diffs) => {
              const project = diffs.find((diff) => diff.document.kind === "Project")?.document.name;
              router.push(project ? `/settings/file?${new URLSearchParams({ project })}` : "/settings/connections");
              router.refresh();
            }}
            conflict={null}
          />
        </Box>
      </SheetRow>
    </Sheet>
  );
}
