-- What was reported from outside, by the reporter's own id of it: the same one twice is one, and answered alike.
CREATE TABLE "trigger_report" (
    "project" TEXT NOT NULL,
    "reporter" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "content_hash" TEXT NOT NULL,
    "told" JSONB NOT NULL,
    "reported_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "trigger_report_pkey" PRIMARY KEY ("project", "reporter", "id")
);
CREATE INDEX "trigger_report_reported_at_idx" ON "trigger_report" ("reported_at");
