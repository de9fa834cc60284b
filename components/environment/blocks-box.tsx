"use client";

import Link from "next/link";
import { useState } from "react";
import { ShortDigest } from "@/components/digest/short-digest";
import type { EnvironmentActions } from "@/components/environment/environment-page";
import { EvidenceText } from "@/components/promotion/evidence-text";
import { Box } from "@/components/sheet/box";
import { RelativeTime } from "@/components/time/relative-time";
import { Button } from "@/components/ui/button";
import { Lines } from "@/components/ui/lines";
import { usePartsWhen } from "@/components/ui/use-parts";
import type { BlockLine, EnvironmentView } from "@/lib/queries/environment";

const load = () => import("./unblock-dialog");

const columns = [
  { key: "what", head: "digest", width: "24%" },
  { key: "why", head: "why, and what comes next" },
  { key: "who", head: "blocked by", width: "140px" },
  { key: "act", head: "unblock", width: "104px", numeric: true },
];

interface BlocksBoxProps {
  view: EnvironmentView;
  unblockAction: EnvironmentActions["unblock"];
}

/** Digests that may not come here any more. */
export function BlocksBox({ view, unblockAction }: BlocksBoxProps) {
  const [asked, setAsked] = useState<BlockLine>();
  const parts = usePartsWhen(asked !== undefined, load);
  const { blocks } = view;
  return (
    <Box
      title="Blocked here"
      number={6}
      note={blocks.length === 0 ? undefined : String(blocks.length)}
      id="blocks"
      flush={blocks.length > 0}
    >
      {blocks.length === 0 ? (
        <p className="muted small">No digest is blocked here.</p>
      ) : (
        <Lines caption="Blocked here" columns={columns} heads tall stack>
          {blocks.map((block) => (
            <tr key={block.id}>
              <th scope="row">
                <span className="strong">
                  {block.service} {block.version ?? ""}
                </span>
                <span className="muted block">
                  <ShortDigest digest={block.digest} />
                </span>
              </th>
              <td>
                <EvidenceText text={block.reason} />
                <span className="muted block small">{block.nextStep}</span>
                {block.promotion ? (
                  <Link className="link small" href={`/promotions/${block.promotion}`}>
                    The evidence is in {block.promotion}
                  </Link>
                ) : null}
              </td>
              <td className="muted">
                <span className="soft">{block.by}</span> <RelativeTime at={block.at} />
              </td>
              <td className="num">
                {view.may.unblock ? (
                  <Button size="small" onClick={() => setAsked(block)} aria-haspopup="dialog">
                    Unblock
                  </Button>
                ) : null}
              </td>
            </tr>
          ))}
        </Lines>
      )}
      {asked && parts ? (
        <parts.UnblockDialog
          view={view}
          block={asked}
          unblockAction={unblockAction}
          onClose={() => setAsked(undefined)}
        />
      ) : null}
    </Box>
  );
}
