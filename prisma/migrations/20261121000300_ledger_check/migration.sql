-- How far the worker has walked each chain, recomputing every hash, and what it found.
CREATE TABLE "ledger_check" (
    "project" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,
    "checked_at" TIMESTAMPTZ(3) NOT NULL,
    "finding" TEXT,

    CONSTRAINT "ledger_check_pkey" PRIMARY KEY ("project")
);
