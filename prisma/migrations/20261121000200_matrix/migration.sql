-- What the matrix asks of every cell, answered from an index and without reading a project's document.

-- Where the same digest must have succeeded before; empty where the policy requires nothing.
ALTER TABLE "environment" ADD COLUMN "requires" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];
ALTER TABLE "environment" ADD COLUMN "requires_any" BOOLEAN NOT NULL DEFAULT false;
UPDATE environment e
   SET requires = ARRAY(SELECT jsonb_array_elements_text(d -> 'requires' -> 'environments')),
       requires_any = d -> 'requires' ->> 'match' = 'any'
  FROM project p CROSS JOIN LATERAL jsonb_array_elements(p.document -> 'environments') AS d
 WHERE p.name = e.project AND d ->> 'name' = e.name AND jsonb_typeof(d -> 'requires' -> 'environments') = 'array';

-- The newest artifact of a service: by the release alone it takes a walk over all releases of the project.
ALTER TABLE "artifact" ADD COLUMN "announced_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
UPDATE artifact a SET announced_at = r.announced_at FROM release r WHERE r.project = a.project AND r.key = a.release;
CREATE INDEX "artifact_project_service_announced_at_idx" ON "artifact" ("project", "service", "announced_at" DESC);

-- Holds and blocks that stand are few; those that were lifted are kept for ever.
CREATE INDEX block_standing ON block (project, service, environment) WHERE lifted_at IS NULL;
CREATE INDEX promotion_open_newest ON promotion (requested_at DESC) WHERE ended_at IS NULL;
