-- What the jobs of smoke tests printed, redacted. `subject` is the promotion, or the verification made again, that asked
-- for the job. The ledger carries the SHA-256 of `content`; these rows are removed after 90 days, the entry stays.
CREATE TABLE "job_log" (
    "subject" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "project" TEXT NOT NULL,
    "kept_at" TIMESTAMPTZ(3) NOT NULL,
    "content" TEXT NOT NULL,

    CONSTRAINT "job_log_pkey" PRIMARY KEY ("subject", "digest")
);
CREATE INDEX "job_log_kept_at_idx" ON "job_log"("kept_at");
