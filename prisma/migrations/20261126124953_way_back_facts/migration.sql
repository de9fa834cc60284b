-- What a rollback must know beforehand: what a release's announcement said of its migration (none, reversible,
-- irreversible; null where nothing was said), and a hash of the configuration that a digest was verified with.
ALTER TABLE "artifact" ADD COLUMN "migration" TEXT;
ALTER TABLE "verification" ADD COLUMN "config_hash" TEXT;
