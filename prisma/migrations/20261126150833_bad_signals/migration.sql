-- The signal that is worst of those above their limit, in words for a small place, and until when that is news.
ALTER TABLE "signal_reading" ADD COLUMN "bad" TEXT, ADD COLUMN "fresh_until" TIMESTAMPTZ(3);
