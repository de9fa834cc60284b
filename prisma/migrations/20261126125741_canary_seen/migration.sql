-- What was seen last of a promotion's canary: its share, its pods and those beside it. What it came to is in the ledger.
CREATE TABLE "canary_seen" (
    "promotion" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "seen" JSONB NOT NULL,

    CONSTRAINT "canary_seen_pkey" PRIMARY KEY ("promotion", "service")
);
