-- What metrics of a promotion's checks were measured: for its page and its evidence. The ledger has the changes of
-- standing alone; these rows are pruned.
CREATE TABLE "measured_metric" (
    "promotion" TEXT NOT NULL,
    "check_id" TEXT NOT NULL,
    "project" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "query" TEXT NOT NULL,
    "baseline_query" TEXT,
    "compared_with" TEXT,

    CONSTRAINT "measured_metric_pkey" PRIMARY KEY ("promotion", "check_id"),
    CONSTRAINT measured_metric_compared CHECK (compared_with IN ('before', 'stable'))
);

CREATE TABLE "measurement" (
    "promotion" TEXT NOT NULL,
    "check_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "outcome" TEXT NOT NULL,
    "value" DOUBLE PRECISION,
    "baseline" DOUBLE PRECISION,
    "max" DOUBLE PRECISION,
    "min" DOUBLE PRECISION,

    CONSTRAINT "measurement_pkey" PRIMARY KEY ("promotion", "check_id", "at")
);
