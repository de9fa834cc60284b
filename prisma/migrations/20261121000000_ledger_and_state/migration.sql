-- CreateTable
CREATE TABLE "project" (
    "name" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "file_version" INTEGER NOT NULL,
    "document" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "project_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "project_file" (
    "project" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "text" TEXT NOT NULL,
    "document" JSONB NOT NULL,
    "diff" JSONB NOT NULL,
    "applied_by" JSONB NOT NULL,
    "applied_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "project_file_pkey" PRIMARY KEY ("project","version")
);

-- CreateTable
CREATE TABLE "connection" (
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "projects" TEXT[],
    "spec" JSONB NOT NULL,
    "version" INTEGER NOT NULL,
    "applied_by" JSONB NOT NULL,
    "applied_at" TIMESTAMPTZ(3) NOT NULL,
    "checked_at" TIMESTAMPTZ(3),
    "trouble" TEXT,

    CONSTRAINT "connection_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "service" (
    "project" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "connection" TEXT NOT NULL,
    "repository" TEXT NOT NULL,
    "source" TEXT,

    CONSTRAINT "service_pkey" PRIMARY KEY ("project","name")
);

-- CreateTable
CREATE TABLE "environment" (
    "project" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "tag" TEXT,
    "protected" BOOLEAN NOT NULL,

    CONSTRAINT "environment_pkey" PRIMARY KEY ("project","name")
);

-- CreateTable
CREATE TABLE "release" (
    "project" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "announced_by" JSONB NOT NULL,
    "announced_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "release_pkey" PRIMARY KEY ("project","key")
);

-- CreateTable
CREATE TABLE "artifact" (
    "project" TEXT NOT NULL,
    "release" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "repository" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "platforms" TEXT[],
    "size_bytes" BIGINT NOT NULL,
    "revision" TEXT,
    "source" TEXT,
    "version" TEXT,
    "build_url" TEXT,
    "built_at" TIMESTAMPTZ(3),
    "image" JSONB NOT NULL,

    CONSTRAINT "artifact_pkey" PRIMARY KEY ("project","release","service")
);

-- CreateTable
CREATE TABLE "promotion" (
    "id" TEXT NOT NULL,
    "project" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "environment" TEXT NOT NULL,
    "release" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "services" TEXT[],
    "kind" TEXT NOT NULL,
    "phase" TEXT NOT NULL,
    "state" JSONB NOT NULL,
    "plan_hash" TEXT NOT NULL,
    "requested_by" JSONB NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,
    "queued_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "caused_by" TEXT,
    "idempotency_key" TEXT NOT NULL,
    "request_hash" TEXT NOT NULL,

    CONSTRAINT "promotion_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rollout" (
    "promotion" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "project" TEXT NOT NULL,
    "environment" TEXT NOT NULL,
    "active" BOOLEAN NOT NULL,
    "phase" TEXT NOT NULL,
    "from_digest" TEXT,
    "to_digest" TEXT NOT NULL,

    CONSTRAINT "rollout_pkey" PRIMARY KEY ("promotion","service")
);

-- CreateTable
CREATE TABLE "step" (
    "id" TEXT NOT NULL,
    "promotion" TEXT NOT NULL,
    "project" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "status" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "lease_owner" TEXT,
    "lease_generation" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),
    "trouble" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "step_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deployment" (
    "project" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "environment" TEXT NOT NULL,
    "target" JSONB NOT NULL,
    "generation" INTEGER NOT NULL DEFAULT 0,
    "wanted_digest" TEXT,
    "wanted_release" TEXT,
    "wanted_version" TEXT,
    "wanted_promotion" TEXT,
    "wanted_since" TIMESTAMPTZ(3),
    "verified_digest" TEXT,
    "verified_release" TEXT,
    "verified_version" TEXT,
    "verified_at" TIMESTAMPTZ(3),
    "observed_digest" TEXT,
    "observed_release" TEXT,
    "observed_version" TEXT,
    "observed_since" TIMESTAMPTZ(3),
    "observed_at" TIMESTAMPTZ(3),
    "desired" INTEGER NOT NULL DEFAULT 0,
    "ready" INTEGER NOT NULL DEFAULT 0,
    "health" TEXT NOT NULL DEFAULT 'unknown',
    "health_reason" TEXT,
    "health_since" TIMESTAMPTZ(3),
    "drift_digest" TEXT,
    "drift_since" TIMESTAMPTZ(3),
    "observation" JSONB,
    "open_promotion" TEXT,
    "open_phase" TEXT,
    "open_version" TEXT,

    CONSTRAINT "deployment_pkey" PRIMARY KEY ("project","service","environment")
);

-- CreateTable
CREATE TABLE "verification" (
    "project" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "environment" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "promotion" TEXT NOT NULL,
    "release" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "verified_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "verification_pkey" PRIMARY KEY ("project","service","environment","promotion")
);

-- CreateTable
CREATE TABLE "block" (
    "id" TEXT NOT NULL,
    "project" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "environment" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "next_step" TEXT NOT NULL,
    "promotion" TEXT,
    "blocked_by" JSONB NOT NULL,
    "blocked_at" TIMESTAMPTZ(3) NOT NULL,
    "lifted_by" JSONB,
    "lifted_at" TIMESTAMPTZ(3),

    CONSTRAINT "block_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "hold" (
    "id" TEXT NOT NULL,
    "project" TEXT NOT NULL,
    "environment" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "held_by" JSONB NOT NULL,
    "held_at" TIMESTAMPTZ(3) NOT NULL,
    "lifted_by" JSONB,
    "lifted_at" TIMESTAMPTZ(3),

    CONSTRAINT "hold_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger_head" (
    "project" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,
    "promotions" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "ledger_head_pkey" PRIMARY KEY ("project")
);

-- CreateTable
CREATE TABLE "ledger_entry" (
    "project" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "actor" JSONB NOT NULL,
    "promotion" TEXT,
    "service" TEXT,
    "environment" TEXT,
    "release" TEXT,
    "data" JSONB NOT NULL,
    "prev" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "ledger_entry_pkey" PRIMARY KEY ("project","seq")
);

-- CreateTable
CREATE TABLE "person" (
    "id" TEXT NOT NULL,
    "issuer" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "groups" TEXT[],
    "administrator" BOOLEAN NOT NULL DEFAULT false,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "person_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_token" (
    "id" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "project" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "environments" TEXT[],
    "owner" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "process_beat" (
    "id" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "beat_at" TIMESTAMPTZ(3) NOT NULL,
    "detail" JSONB NOT NULL,

    CONSTRAINT "process_beat_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "service_project_position_idx" ON "service"("project", "position");

-- CreateIndex
CREATE INDEX "release_project_announced_at_idx" ON "release"("project", "announced_at" DESC);

-- CreateIndex
CREATE INDEX "artifact_project_service_digest_idx" ON "artifact"("project", "service", "digest");

-- CreateIndex
CREATE INDEX "artifact_digest_idx" ON "artifact"("digest");

-- CreateIndex
CREATE INDEX "promotion_project_environment_phase_idx" ON "promotion"("project", "environment", "phase");

-- CreateIndex
CREATE INDEX "promotion_project_requested_at_idx" ON "promotion"("project", "requested_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "promotion_project_number_key" ON "promotion"("project", "number");

-- CreateIndex
CREATE UNIQUE INDEX "promotion_project_idempotency_key_key" ON "promotion"("project", "idempotency_key");

-- CreateIndex
CREATE INDEX "rollout_project_environment_service_idx" ON "rollout"("project", "environment", "service");

-- CreateIndex
CREATE INDEX "step_promotion_idx" ON "step"("promotion");

-- CreateIndex
CREATE INDEX "verification_project_service_environment_digest_idx" ON "verification"("project", "service", "environment", "digest");

-- CreateIndex
CREATE INDEX "block_project_environment_digest_idx" ON "block"("project", "environment", "digest");

-- CreateIndex
CREATE INDEX "hold_project_environment_idx" ON "hold"("project", "environment");

-- CreateIndex
CREATE INDEX "ledger_entry_project_promotion_seq_idx" ON "ledger_entry"("project", "promotion", "seq");

-- CreateIndex
CREATE UNIQUE INDEX "person_issuer_subject_key" ON "person"("issuer", "subject");

-- CreateIndex
CREATE UNIQUE INDEX "api_token_hash_key" ON "api_token"("hash");

-- CreateIndex
CREATE INDEX "api_token_owner_idx" ON "api_token"("owner");

-- AddForeignKey
ALTER TABLE "artifact" ADD CONSTRAINT "artifact_project_release_fkey" FOREIGN KEY ("project", "release") REFERENCES "release"("project", "key") ON DELETE RESTRICT ON UPDATE CASCADE;


