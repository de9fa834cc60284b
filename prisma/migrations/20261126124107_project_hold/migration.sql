-- A hold may stop a whole project: then it names no environment.
ALTER TABLE "hold" ALTER COLUMN "environment" DROP NOT NULL;
DROP INDEX hold_one_standing;
CREATE UNIQUE INDEX hold_one_standing ON hold (project, environment) NULLS NOT DISTINCT WHERE lifted_at IS NULL;
