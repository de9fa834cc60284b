-- A person who may not use Waybill until somebody restores them: no sign-in, no session, no token, no signature counts.
CREATE TABLE "revocation" (
    "id" TEXT NOT NULL,
    "person" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "revoked_by" JSONB NOT NULL,
    "revoked_at" TIMESTAMPTZ(3) NOT NULL,
    "restored_by" JSONB,
    "restored_at" TIMESTAMPTZ(3),

    CONSTRAINT "revocation_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX revocation_one_standing ON revocation (person) WHERE restored_at IS NULL;
