"use client";

import { useState } from "react";
import type { ActionFailure, ActionOutcome } from "@/components/action/action-outcome";
import { useView } from "@/components/live/use-view";
import { CreateTokenDialog } from "@/components/settings/create-token-dialog";
import { RevokeTokenDialog } from "@/components/settings/revoke-token-dialog";
import { tokenRoleWords } from "@/components/settings/role-words";
import type { TokenOutcome } from "@/components/settings/token-outcome";
import { Box } from "@/components/sheet/box";
import { Sheet, SheetRow } from "@/components/sheet/sheet";
import { State } from "@/components/state/state";
import { useNow } from "@/components/time/now";
import { RelativeTime } from "@/components/time/relative-time";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Lines } from "@/components/ui/lines";
import type { TokensView } from "@/lib/queries/settings-people";
import type { TokenView } from "@/lib/queries/tokens";

interface TokensPageProps {
  initial: TokensView;
  path: string;
  create: (input: unknown) => Promise<TokenOutcome | ActionFailure>;
  revoke: (input: unknown) => Promise<ActionOutcome>;
}

const columns = [
  { key: "label", head: "token", width: "24%" },
  { key: "may", head: "may be", width: "24%" },
  { key: "owner", head: "of" },
  { key: "used", head: "used", width: "104px" },
  { key: "stands", head: "stands", width: "168px" },
  { key: "revoke", head: <span className="sr">revoke</span>, width: "104px", numeric: true },
];

/** The tokens of a project: what each may, when it was used, until when it counts. Their secrets are kept nowhere. */
export function TokensPage({ initial, path, create, revoke }: TokensPageProps) {
  const { project } = initial;
  const { data, refetch } = useView<TokensView>(path, {
    initial,
    watches: { projects: [project === "*" ? "@instance" : project] },
  });
  const view = data ?? initial;
  const [creating, setCreating] = useState(false);
  const [revoked, setRevoked] = useState<TokenView>();
  return (
    <Sheet label="API tokens">
      <SheetRow>
        <Box
          number={1}
          title={project === "*" ? "Tokens for every project" : `Tokens of ${project}`}
          note={view.mayConfigure ? "everybody's" : "your own"}
          answer={
            <Button size="small" variant="primary" disabled={!view.mayCreate} onClick={() => setCreating(true)}>
              Make a token…
            </Button>
          }
          flush
        >
          {view.mayCreate ? null : <p className="small muted pr-4 pb-2 pl-10">A viewer may make no token.</p>}
          {view.tokens.length === 0 ? (
            <EmptyState title="No token yet" bare>
              A CI job announces releases and asks for promotions with one. It may do no more than whoever made it.
            </EmptyState>
          ) : (
            <Lines caption="API tokens" columns={columns} heads tall stack>
              {view.tokens.map((token) => (
                <Token key={token.id} token={token} onRevoke={() => setRevoked(token)} />
              ))}
            </Lines>
          )}
        </Box>
      </SheetRow>
      <CreateTokenDialog
        open={creating}
        onOpenChange={setCreating}
        project={project}
        environments={view.environments}
        action={create}
        onMade={refetch}
      />
      <RevokeTokenDialog
        key={revoked?.id}
        token={revoked}
        action={revoke}
        onClose={() => setRevoked(undefined)}
        onDone={refetch}
      />
    </Sheet>
  );
}

function Token({ token, onRevoke }: { token: TokenView; onRevoke: () => void }) {
  const now = useNow(60_000);
  const isOver = token.revokedAt !== null || Date.parse(token.expiresAt) <= now;
  return (
    <tr>
      <th scope="row" className="strong">
        {token.label}
        <span className="muted block font-regular">
          made <RelativeTime at={token.createdAt} />
        </span>
      </th>
      <td>
        {tokenRoleWords[token.role as keyof typeof tokenRoleWords] ?? token.role}
        <span className="muted block">
          {token.environments.length > 0 ? token.environments.join(", ") : "every environment"}
        </span>
      </td>
      <td className="soft">{token.ownerName ?? token.owner}</td>
      <td className="muted">{token.usedAt ? <RelativeTime at={token.usedAt} /> : "never"}</td>
      <td>
        <Standing token={token} isOver={isOver} />
      </td>
      <td className="num lines__side">
        {isOver ? null : (
          <Button size="small" variant="danger" onClick={onRevoke} aria-label={`Revoke ${token.label}`}>
            Revoke
          </Button>
        )}
      </td>
    </tr>
  );
}

function Standing({ token, isOver }: { token: TokenView; isOver: boolean }) {
  if (token.revokedAt !== null)
    return (
      <State name="revoked">
        revoked <RelativeTime at={token.revokedAt} />
      </State>
    );
  if (isOver)
    return (
      <State name="expired">
        expired <RelativeTime at={token.expiresAt} />
      </State>
    );
  return (
    <State name="open">
      counts, <RelativeTime at={token.expiresAt} form="left" />
    </State>
  );
}
