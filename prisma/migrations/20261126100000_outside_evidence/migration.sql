-- What outside systems said last to the questions of gates: exactly one of value and trouble.
CREATE TABLE "outside_evidence" (
    "project" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "value" JSONB,
    "trouble" TEXT,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "outside_evidence_pkey" PRIMARY KEY ("project", "kind", "key"),
    CONSTRAINT "outside_evidence_one" CHECK (("value" IS NULL) <> ("trouble" IS NULL))
);
