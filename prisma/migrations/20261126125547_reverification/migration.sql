-- Verifying again what runs: due work with a lease, and what came of it. Kept: upstream gates read it.
CREATE TABLE "reverification" (
    "id" TEXT NOT NULL,
    "project" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "environment" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'due',
    "checks" JSONB NOT NULL DEFAULT '[]',
    "said" TEXT,
    "requested_by" JSONB NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "lease_owner" TEXT,
    "lease_generation" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),

    CONSTRAINT "reverification_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "reverification_project_service_digest_idx" ON "reverification"("project", "service", "digest");
CREATE UNIQUE INDEX reverification_one_due ON reverification (project, service, environment) WHERE status = 'due';

-- A digest's failures are asked for with its successes, at every evaluation.
CREATE INDEX rollout_failed ON rollout (project, service, to_digest) WHERE phase IN ('failed', 'stuck');
CREATE INDEX "block_project_service_digest_idx" ON "block"("project", "service", "digest");
