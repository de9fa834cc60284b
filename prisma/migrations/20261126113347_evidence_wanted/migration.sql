-- Plans that somebody looks at in a web process that reaches no outside system: the worker asks for them.
CREATE TABLE "evidence_wanted" (
    "project" TEXT NOT NULL,
    "plan_hash" TEXT NOT NULL,
    "plan" JSONB NOT NULL,
    "wanted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),

    CONSTRAINT "evidence_wanted_pkey" PRIMARY KEY ("project", "plan_hash")
);
