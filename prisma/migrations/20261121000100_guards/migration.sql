-- What Prisma's schema language cannot say: the guards that hold whatever the application does.

-- One active promotion per service and environment.
CREATE UNIQUE INDEX rollout_one_active ON rollout (project, service, environment) WHERE active;

-- A hold and a block stand once.
CREATE UNIQUE INDEX hold_one_standing ON hold (project, environment) WHERE lifted_at IS NULL;
CREATE UNIQUE INDEX block_one_standing ON block (project, service, environment, digest) WHERE lifted_at IS NULL;

CREATE INDEX step_due ON step (due_at) WHERE status = 'due';
CREATE INDEX promotion_open ON promotion (project, environment, requested_at) WHERE ended_at IS NULL;
CREATE INDEX deployment_notable ON deployment (project, environment)
  WHERE drift_digest IS NOT NULL OR open_promotion IS NOT NULL OR health IN ('degraded', 'failing');
CREATE INDEX verification_newest ON verification (project, service, environment, verified_at DESC);
CREATE INDEX ledger_entry_kind ON ledger_entry (project, kind, seq DESC);
CREATE INDEX ledger_entry_service ON ledger_entry (project, service, seq DESC) WHERE service IS NOT NULL;
CREATE INDEX ledger_entry_environment ON ledger_entry (project, environment, seq DESC) WHERE environment IS NOT NULL;
CREATE INDEX ledger_entry_release ON ledger_entry (project, release, seq DESC) WHERE release IS NOT NULL;
CREATE INDEX ledger_entry_at ON ledger_entry (project, at DESC);

ALTER TABLE deployment ADD CONSTRAINT deployment_health_word
  CHECK (health IN ('healthy', 'degraded', 'failing', 'unknown', 'nothing'));
ALTER TABLE step ADD CONSTRAINT step_status_word CHECK (status IN ('due', 'done', 'cancelled'));
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_hash_form CHECK (hash ~ '^[0-9a-f]{64}$' AND prev ~ '^[0-9a-f]{64}$');
ALTER TABLE artifact ADD CONSTRAINT artifact_digest_form CHECK (digest ~ '^sha256:[0-9a-f]{64}$');

-- The fencing number of a deployment never goes back.
CREATE FUNCTION deployment_generation_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the generation of %/% in % may not go from % to %',
    OLD.project, OLD.service, OLD.environment, OLD.generation, NEW.generation USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER deployment_generation_grows BEFORE UPDATE ON deployment
  FOR EACH ROW WHEN (NEW.generation < OLD.generation) EXECUTE FUNCTION deployment_generation_grows();

-- The ledger is append only, for everybody, whatever session_replication_role says.
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is append only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_entry_no_change BEFORE UPDATE OR DELETE ON ledger_entry
  FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_no_change;
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_no_truncate;

CREATE FUNCTION project_file_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'versions of a project file are kept: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER project_file_is_kept BEFORE UPDATE OR DELETE ON project_file
  FOR EACH ROW EXECUTE FUNCTION project_file_is_kept();

-- Grants for the application's role, where the database's user could create it; the ledger belongs to a role
-- nobody signs in as, so that not even the migration user may alter it.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'waybill_app') THEN
    GRANT USAGE ON SCHEMA public TO waybill_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO waybill_app;
    REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON ledger_entry, project_file FROM waybill_app;
    REVOKE DELETE ON ledger_head FROM waybill_app;
    IF to_regclass('_prisma_migrations') IS NOT NULL THEN
      REVOKE ALL ON _prisma_migrations FROM waybill_app;
      GRANT SELECT ON _prisma_migrations TO waybill_app;
    END IF;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'waybill_owner') AND pg_has_role('waybill_owner', 'MEMBER') THEN
    GRANT CREATE ON SCHEMA public TO waybill_owner;
    ALTER TABLE ledger_entry OWNER TO waybill_owner;
    REVOKE CREATE ON SCHEMA public FROM waybill_owner;
  END IF;
END $$;
