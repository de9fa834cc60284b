-- What asks for releases by itself in an environment, and where a person made it stop.
ALTER TABLE "environment" ADD COLUMN "auto_promote" TEXT NOT NULL DEFAULT 'off';
ALTER TABLE environment ADD CONSTRAINT environment_auto_promote_word
  CHECK (auto_promote IN ('off', 'newest', 'matchUpstream'));

CREATE TABLE "automation_hold" (
    "id" TEXT NOT NULL,
    "project" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "environment" TEXT NOT NULL,
    "promotion" TEXT,
    "reason" TEXT NOT NULL,
    "held_by" JSONB NOT NULL,
    "held_at" TIMESTAMPTZ(3) NOT NULL,
    "lifted_by" JSONB,
    "lifted_at" TIMESTAMPTZ(3),

    CONSTRAINT "automation_hold_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "automation_hold_project_environment_service_idx" ON "automation_hold"("project", "environment", "service");
CREATE UNIQUE INDEX automation_hold_one_standing ON automation_hold (project, service, environment) WHERE lifted_at IS NULL;
