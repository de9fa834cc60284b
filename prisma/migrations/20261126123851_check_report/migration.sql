-- The latest report of every check by name, digest and environment; the ledger's check.reported has all of them.
CREATE TABLE "check_report" (
    "project" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "environment" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "url" TEXT,
    "summary" TEXT,
    "reported_by" JSONB NOT NULL,
    "reported_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "check_report_pkey" PRIMARY KEY ("project", "digest", "environment", "name")
);
