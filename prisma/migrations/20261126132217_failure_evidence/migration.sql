-- What failing pods left behind when a promotion went wrong, redacted. The ledger's entry carries the SHA-256 of
-- `content`, which proves these rows unchanged; they are removed after 90 days, the entry stays.
CREATE TABLE "failure_evidence" (
    "promotion" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "project" TEXT NOT NULL,
    "kept_at" TIMESTAMPTZ(3) NOT NULL,
    "content" TEXT NOT NULL,

    CONSTRAINT "failure_evidence_pkey" PRIMARY KEY ("promotion", "digest")
);
CREATE INDEX "failure_evidence_kept_at_idx" ON "failure_evidence"("kept_at");
