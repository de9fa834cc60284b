-- Who may do what with the tables; run after the migrations at every start, so that tables of later migrations and
-- roles that were made later get their rights too. Changes only what is not so already.
DO $$
DECLARE
  t record;
BEGIN
  -- The ledger belongs to a role nobody signs in as, so that not even the migration user may alter it: the table, the
  -- function behind its triggers, and the schema, whose owner may drop what others own in it.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'waybill_owner') AND pg_has_role('waybill_owner', 'MEMBER')
    AND to_regclass('public.ledger_entry') IS NOT NULL
  THEN
    IF (SELECT nspowner::regrole::text <> 'waybill_owner' AND pg_has_role(nspowner, 'USAGE')
        FROM pg_namespace WHERE nspname = 'public') AND has_database_privilege(current_database(), 'CREATE')
    THEN
      EXECUTE format('GRANT USAGE, CREATE ON SCHEMA public TO %I WITH GRANT OPTION', current_user);
      ALTER SCHEMA public OWNER TO waybill_owner;
    END IF;
    IF (SELECT relowner::regrole::text <> 'waybill_owner' FROM pg_class WHERE oid = 'public.ledger_entry'::regclass)
      OR (SELECT proowner::regrole::text <> 'waybill_owner' FROM pg_proc
          WHERE oid = 'public.ledger_is_append_only()'::regprocedure)
    THEN
      GRANT CREATE ON SCHEMA public TO waybill_owner;
      ALTER TABLE public.ledger_entry OWNER TO waybill_owner;
      ALTER FUNCTION public.ledger_is_append_only() OWNER TO waybill_owner;
      IF (SELECT nspowner::regrole::text <> 'waybill_owner' FROM pg_namespace WHERE nspname = 'public') THEN
        REVOKE CREATE ON SCHEMA public FROM waybill_owner;
      END IF;
    END IF;
  END IF;

  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'waybill_app') THEN
    RETURN;
  END IF;
  IF NOT has_schema_privilege('waybill_app', 'public', 'USAGE') THEN
    GRANT USAGE ON SCHEMA public TO waybill_app;
  END IF;
  FOR t IN
    SELECT c.oid, c.oid::regclass AS name, wanted.rights,
      has_table_privilege('waybill_app', c.oid, 'SELECT') AS may_select,
      has_table_privilege('waybill_app', c.oid, 'INSERT') AS may_insert,
      has_table_privilege('waybill_app', c.oid, 'UPDATE') AS may_update,
      has_table_privilege('waybill_app', c.oid, 'DELETE') AS may_delete,
      has_table_privilege('waybill_app', c.oid, 'TRUNCATE, REFERENCES, TRIGGER') AS may_more
    FROM pg_class c
    CROSS JOIN LATERAL (
      SELECT CASE
        WHEN c.relname IN ('ledger_entry', 'project_file') THEN 'SELECT, INSERT'
        WHEN c.relname = 'ledger_head' THEN 'SELECT, INSERT, UPDATE'
        WHEN c.relname = '_prisma_migrations' THEN 'SELECT'
        ELSE 'SELECT, INSERT, UPDATE, DELETE'
      END AS rights
    ) wanted
    -- A grant by somebody who has no say over the table would fail; the check after the start names what is missing.
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND pg_has_role(c.relowner, 'USAGE')
  LOOP
    IF t.may_more
      OR t.may_select <> (t.rights LIKE '%SELECT%') OR t.may_insert <> (t.rights LIKE '%INSERT%')
      OR t.may_update <> (t.rights LIKE '%UPDATE%') OR t.may_delete <> (t.rights LIKE '%DELETE%')
    THEN
      EXECUTE format('REVOKE ALL ON %s FROM waybill_app', t.name);
      EXECUTE format('GRANT %s ON %s TO waybill_app', t.rights, t.name);
    END IF;
  END LOOP;
END $$;
