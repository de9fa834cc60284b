-- A session of somebody whom an outside service signed in, which that service is asked about again and again.
CREATE TABLE "oidc_session" (
    "id" TEXT NOT NULL,
    "person" TEXT NOT NULL,
    "sealed" TEXT NOT NULL,
    "userinfo_tells" BOOLEAN NOT NULL,
    "checked_at" TIMESTAMPTZ(3) NOT NULL,
    "checking_until" TIMESTAMPTZ(3),
    "retry_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "ended_why" TEXT,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "oidc_session_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "oidc_session_expires_at_idx" ON "oidc_session"("expires_at");
