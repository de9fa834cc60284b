import { connect, Socket } from "node:net";
import { createTransport, type SentMessageInfo, type Transporter } from "nodemailer";
import { emailHtml, emailText } from "@/lib/adapters/email/email-text";
import { guardedLookup, refuseAddress, refusedAddressIn } from "@/lib/net/guarded-fetch";
import { ExternalError, type ExternalErrorCode } from "@/lib/ports/external-error";
import type { Delivery, MailServer } from "@/lib/ports/notifier";

export interface MailServerOptions {
  /** The connection's name. */
  name: string;
  host: string;
  port: number;
  from: string;
  security: "startTls" | "implicit" | "none";
  username: (() => Promise<string>) | undefined;
  password: (() => Promise<string>) | undefined;
  timeoutMs: number;
}

/** Sends e-mails over SMTP. A connection is made for each, so that a changed secret counts from the next one on. */
export function createMailServer(options: MailServerOptions): MailServer {
  const system = `mail server ${options.host}`;
  return {
    to: (addresses) => ({
      send: (delivery, signal) =>
        withTransport(options, system, signal, async (transport) => {
          const { rejected, response } = await transport.sendMail(mailOf(options.from, addresses, delivery));
          if (rejected === undefined || rejected.length === 0) return said(response ?? "");
          const message = `refused ${rejected.length} of ${addresses.length} addresses`;
          throw new ExternalError({ system, code: "invalid", message, retryable: false });
        }),
    }),
    check: (signal) =>
      withTransport(options, system, signal, async (transport) => {
        await transport.verify();
      }),
  };
}

function mailOf(from: string, addresses: readonly string[], { id, message }: Delivery) {
  return {
    from: { name: "Waybill", address: from },
    // One by one they would learn nothing of each other; together, who else knows is part of the news.
    to: addresses.map((address) => ({ name: "", address })),
    subject: `[${message.project}] ${message.title}`,
    text: emailText(message),
    html: emailHtml(message),
    // Sets Importance and X-Priority: some mail programs let only such a one through at night.
    ...(message.urgent ? { priority: "high" as const } : {}),
    // The same delivery sent again is the same mail to whoever sorts them.
    messageId: `<${id}@${from.slice(from.indexOf("@") + 1)}>`,
    headers: { "Auto-Submitted": "auto-generated", "X-Waybill-Event": message.occasion },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

async function withTransport<T>(
  options: MailServerOptions,
  system: string,
  signal: AbortSignal | undefined,
  work: (transport: Transporter<SentMessageInfo>) => Promise<T>,
): Promise<T> {
  const [user, pass] = await Promise.all([options.username?.(), options.password?.()]);
  const { host, port, security, timeoutMs } = options;
  let socket: Socket | undefined;
  const transport = createTransport({
    ...{ host, port, secure: security === "implicit" },
    ...{ requireTLS: security === "startTls", ignoreTLS: security === "none" },
    ...(user === undefined ? {} : { auth: { user, pass } }),
    ...{ connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs },
    getSocket: (_options: unknown, done: (error: Error | null, found?: { connection: Socket }) => void) => {
      socket = openSocket(host, port, timeoutMs, done);
    },
  } as Parameters<typeof createTransport>[0]) as Transporter<SentMessageInfo>;
  const giveUp = () => socket?.destroy(new Error("aborted"));
  signal?.addEventListener("abort", giveUp, { once: true });
  try {
    return await work(transport);
  } catch (error) {
    throw failureOf(system, error, signal);
  } finally {
    signal?.removeEventListener("abort", giveUp);
    transport.close();
  }
}

/** The one place where this adapter connects. */
function openSocket(
  host: string,
  port: number,
  timeoutMs: number,
  done: (error: Error | null, found?: { connection: Socket }) => void,
): Socket {
  try {
    refuseAddress(host);
  } catch (error) {
    done(error as Error);
    return new Socket();
  }
  const socket = connect({ host, port, timeout: timeoutMs, lookup: guardedLookup() });
  const failed = (error: Error) => done(error);
  socket.once("error", failed);
  socket.once("timeout", () => socket.destroy(Object.assign(new Error("timeout"), { code: "ETIMEDOUT" })));
  socket.once("connect", () => {
    socket.removeListener("error", failed);
    socket.setTimeout(0);
    done(null, { connection: socket });
  });
  return socket;
}

const codes: Record<string, ExternalErrorCode> = { EAUTH: "unauthorized", ETLS: "misconfigured", EENVELOPE: "invalid" };

/** The server's own answer where it gave one: 4xx may pass, 5xx will not (RFC 5321 §4.2.1). */
function failureOf(system: string, error: unknown, signal: AbortSignal | undefined): ExternalError {
  if (error instanceof ExternalError) return error;
  const refused = refusedAddressIn(error);
  if (refused) return new ExternalError({ system, code: "refusedAddress", message: refused.why, retryable: false });
  const { code = "", responseCode, response } = error as { code?: string; responseCode?: number; response?: string };
  if (signal?.aborted) {
    return new ExternalError({ system, code: "timeout", message: "gave no complete answer in time", retryable: true });
  }
  if (responseCode !== undefined) {
    const retryable = responseCode >= 400 && responseCode < 500;
    const kind = retryable ? "unavailable" : (codes[code] ?? "invalid");
    const message = code === "EAUTH" ? `refused the sign-in (${responseCode})` : `answered ${said(response ?? "")}`;
    return new ExternalError({ system, code: kind, message, retryable, status: responseCode });
  }
  if (code === "ETLS" || code === "EAUTH") {
    const message = code === "ETLS" ? "offers no TLS that can be trusted" : "offers no sign-in that is known";
    return new ExternalError({ system, code: "misconfigured", message, retryable: false });
  }
  return new ExternalError({
    system,
    code: "unavailable",
    message: `gave no answer (${code || "broken"})`,
    retryable: true,
  });
}

function said(response: string): string {
  return response
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, 200);
}
