-- A digest that a person keeps in an environment: a promotion to another one waits until the pin is lifted.
CREATE TABLE "pin" (
    "id" TEXT NOT NULL,
    "project" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "environment" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "pinned_by" JSONB NOT NULL,
    "pinned_at" TIMESTAMPTZ(3) NOT NULL,
    "lifted_by" JSONB,
    "lifted_at" TIMESTAMPTZ(3),

    CONSTRAINT "pin_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "pin_project_environment_service_idx" ON "pin"("project", "environment", "service");
CREATE UNIQUE INDEX pin_one_standing ON pin (project, service, environment) WHERE lifted_at IS NULL;
