-- What was seen last of the colour that comes up beside the live one: its pods. What it came to is in the ledger.
CREATE TABLE "colour_seen" (
    "promotion" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "seen" JSONB NOT NULL,

    CONSTRAINT "colour_seen_pkey" PRIMARY KEY ("promotion", "service")
);
