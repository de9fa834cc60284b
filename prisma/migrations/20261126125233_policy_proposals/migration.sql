-- Changes of a project's file that a second person must confirm, because they change what guards a protected environment.
CREATE TABLE "policy_proposal" (
    "id" TEXT NOT NULL,
    "project" TEXT NOT NULL,
    "base_version" INTEGER NOT NULL,
    "text" TEXT NOT NULL,
    "file_hash" TEXT NOT NULL,
    "changes" JSONB NOT NULL,
    "environments" TEXT[] NOT NULL,
    "proposer" TEXT NOT NULL,
    "proposed_by" JSONB NOT NULL,
    "proposed_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "decision" TEXT,
    "decided_by" JSONB,
    "decided_at" TIMESTAMPTZ(3),

    CONSTRAINT "policy_proposal_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "policy_proposal_project_decided_at_idx" ON "policy_proposal"("project", "decided_at");
