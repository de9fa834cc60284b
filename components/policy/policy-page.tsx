"use client";

import { ActionFailureNote } from "@/components/action/action-failure-note";
import { useView } from "@/components/live/use-view";
import { EnvironmentGates } from "@/components/policy/environment-gates";
import { errorWords } from "@/components/policy/field-errors";
import { GateDialog } from "@/components/policy/gate-dialog";
import { type PolicyAction, usePolicyDraft } from "@/components/policy/use-policy-draft";
import { FileConflict } from "@/components/settings/file-conflict";
import { type ProposalActions, ProposalsBox } from "@/components/settings/proposals-box";
import type { BacktestAction } from "@/components/settings/use-backtest";
import { type DocumentsAction, useChecking, useLeaveWarning } from "@/components/settings/use-checking";
import { Box } from "@/components/sheet/box";
import { Sheet, SheetRow } from "@/components/sheet/sheet";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import type { PolicyPageView } from "@/lib/queries/policy";

interface PolicyPageProps {
  initial: PolicyPageView;
  path: string;
  action: DocumentsAction;
  editAction: PolicyAction;
  backtestAction: BacktestAction;
  proposalActions: ProposalActions;
}

/** What guards each environment of a project, gate by gate, in forms that change the project's file. */
export function PolicyPage({ initial, path, action, editAction, backtestAction, proposalActions }: PolicyPageProps) {
  const { project } = initial;
  const { data, refetch } = useView<PolicyPageView>(path, { initial, watches: { projects: [project] } });
  const view = data ?? initial;
  const draft = usePolicyDraft(view, editAction);
  const { policy, open, errors, failure, busy } = draft;
  const checking = useChecking({
    ...{ text: draft.text, basedOn: { [project]: draft.base }, action },
    backtest: { project, action: backtestAction },
    onApplied: () => {
      draft.discard();
      refetch();
    },
  });
  const changed = draft.draft !== undefined;
  useLeaveWarning(changed);
  const names = { environments: policy.environments.map((one) => one.name), slos: policy.slos };
  const outdated = changed && draft.base !== view.version;
  const aside = errors.length > 0 && !open;
  return (
    <Sheet label={`The policy of ${project}`}>
      <SheetRow>
        <Box
          number={1}
          title="Policy"
          note={
            view.mayConfigure
              ? `version ${view.version} of the project file`
              : `Only an administrator of ${project} may change it`
          }
        >
          <div className="grid gap-3">
            {outdated || checking.failure?.code === "conflict" ? (
              <FileConflict view={view} base={draft.base} onKeep={draft.rebase} onTake={draft.discard} />
            ) : (
              <ActionFailureNote failure={checking.failure} />
            )}
            {open ? null : <ActionFailureNote failure={failure} />}
            {aside ? (
              <Alert tone="fail" live title="This cannot be changed so">
                {errors.map((one) => (
                  <p key={`${one.path} ${one.message}`}>
                    <span className="mono break-all">{one.path}</span> {errorWords(one)}
                  </p>
                ))}
              </Alert>
            ) : null}
            <p>
              The gates of each environment, in the order in which they are shown. A change is put into the project
              file, whose comments stay; it applies once it was looked at, and where it guards a protected environment,
              once another administrator has confirmed it.
            </p>
            {view.mayConfigure ? (
              <div className="flex flex-wrap items-center gap-2">
                <Button variant="primary" busy={checking.busy} disabled={!changed} onClick={() => checking.check(true)}>
                  Apply…
                </Button>
                <Button variant="quiet" disabled={!changed || checking.busy} onClick={draft.discard}>
                  Discard
                </Button>
                <span className="small muted" role="status">
                  {changed ? "Not applied yet" : ""}
                </span>
              </div>
            ) : null}
            {checking.backtest}
          </div>
        </Box>
      </SheetRow>
      {policy.environments.map((environment, index) => (
        <SheetRow key={environment.name}>
          <EnvironmentGates
            number={index + 2}
            environment={environment}
            busy={busy}
            onAct={view.mayConfigure ? (asked) => draft.act(environment.name, asked) : undefined}
          />
        </SheetRow>
      ))}
      {view.proposals.length > 0 ? (
        <SheetRow>
          <ProposalsBox number={policy.environments.length + 2} proposals={view.proposals} actions={proposalActions} />
        </SheetRow>
      ) : null}
      <GateDialog
        editing={open?.editing}
        names={names}
        busy={busy}
        failure={failure}
        errors={errors}
        onClose={draft.close}
        onDone={(values, shadow) => open && void draft.change(open.edit(values, shadow))}
      />
      {checking.dialog}
    </Sheet>
  );
}
