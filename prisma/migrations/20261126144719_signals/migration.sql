-- When a project's signals were asked for last: whoever writes the row asks, so that two workers never ask for the same.
CREATE TABLE "signal_round" (
    "project" TEXT NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,
    "budgets_at" TIMESTAMPTZ(3),
    "calls" INTEGER NOT NULL DEFAULT 0,
    "took_ms" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "signal_round_pkey" PRIMARY KEY ("project")
);

-- What is known of the signals of a service in an environment: by name, the last number and what is in the way of a newer one.
CREATE TABLE "signal_reading" (
    "project" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "environment" TEXT NOT NULL,
    "readings" JSONB NOT NULL,
    "read_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "signal_reading_pkey" PRIMARY KEY ("project", "service", "environment")
);

-- The numbers of before, one row a minute, thinned out with age.
CREATE TABLE "signal_point" (
    "project" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "environment" TEXT NOT NULL,
    "at" TIMESTAMPTZ(0) NOT NULL,
    "numbers" JSONB NOT NULL,

    CONSTRAINT "signal_point_pkey" PRIMARY KEY ("project", "service", "environment", "at")
);
CREATE INDEX "signal_point_at" ON "signal_point" ("project", "at");
