import type { NextRequest } from "next/server";
import NextAuth from "next-auth";
import pino from "pino";
import { problemResponse } from "@/lib/api/problem";
import { authConfig } from "@/lib/auth/auth-config";
import { authOptions } from "@/lib/auth/auth-options";
import { answerFor } from "@/lib/auth/error-answer";
import { addressOf, countAgainstLimit } from "@/lib/auth/rate-limit";
import { getPool } from "@/lib/db/pool";
import { TooManyRequests } from "@/lib/pipeline/errors";

export const dynamic = "force-dynamic";

const log = pino({ name: "sign-in" });

type Context = { params: Promise<{ nextauth: string[] }> };

async function handle(request: NextRequest, context: Context): Promise<Response> {
  const { nextauth } = await context.params;
  // next-auth lets anybody write log lines there.
  if (nextauth[0] === "_log") return new Response(null, { status: 404 });
  if (nextauth[0] === "callback" || request.method === "POST") {
    try {
      await countAgainstLimit("signIn", addressOf(request.headers));
    } catch (error) {
      if (!(error instanceof TooManyRequests)) throw error;
      return problemResponse(answerFor(error, ""));
    }
  }
  const config = authConfig();
  // next-auth knows its own address from the environment only.
  process.env.NEXTAUTH_URL ??= config.publicUrl;
  return NextAuth(request, { params: { nextauth } }, authOptions(getPool(), config, log));
}

export { handle as GET, handle as POST };
