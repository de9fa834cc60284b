-- What scanners found in a digest, as it was uploaded; the ledger's scan.recorded says who reported it.
CREATE TABLE "scan" (
    "id" TEXT NOT NULL,
    "project" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "format" TEXT NOT NULL,
    "tool" TEXT NOT NULL,
    "tool_version" TEXT,
    "scanned_at" TIMESTAMPTZ(3) NOT NULL,
    "counts" JSONB NOT NULL,
    "findings" JSONB NOT NULL,
    "report_hash" TEXT NOT NULL,
    "reported_by" JSONB NOT NULL,
    "reported_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "scan_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "scan_project_digest_report_hash_key" ON "scan"("project", "digest", "report_hash");
CREATE INDEX "scan_project_digest_scanned_at_idx" ON "scan"("project", "digest", "scanned_at" DESC);
