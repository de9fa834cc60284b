import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { afterEach, expect, it } from "vitest";
import { createMailServer } from "@/lib/adapters/email/email";
import { emailHtml } from "@/lib/adapters/email/email-text";
import { aMessage } from "@/lib/pipeline/notify/testing/a-message";

interface Mail {
  from: string;
  to: string[];
  text: string;
}

const servers: SMTPServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise<void>((resolve) => server.close(() => resolve()));
});

/** A real SMTP server on loopback that keeps what it was given. */
async function startMail(options: SMTPServerOptions = {}): Promise<{ port: number; mails: Mail[] }> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    ...{ authOptional: true, disabledCommands: ["STARTTLS"], logger: false, disableReverseLookup: true },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? "" : mailFrom.address;
        mails.push({ from, to: rcptTo.map((one) => one.address), text: Buffer.concat(chunks).toString("utf8") });
        done();
      });
    },
    ...options,
  });
  // A client that breaks off is what some of these tests are about.
  server.on("error", () => undefined);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.server.address() as AddressInfo).port, mails };
}

const connect = (port: number, over: Partial<Parameters<typeof createMailServer>[0]> = {}) =>
  createMailServer({
    ...{ name: "mail", host: "127.0.0.1", port, from: "waybill@example.com", security: "none", timeoutMs: 30_000 },
    ...{ username: undefined, password: undefined },
    ...over,
  });
const delivery = { id: "5c3b", message: aMessage() };
const people = ["ana@example.com", "ben@example.com"];
const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => "sent",
    (error: unknown) => error,
  );
const refusal = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode });

it("a mail reaches everybody, as text and as a page, with an id of its own", async () => {
  const { port, mails } = await startMail();
  expect(await connect(port).to(people).send(delivery)).toMatch(/^250 /);
  const [mail] = mails;
  expect(mail).toMatchObject({ from: "waybill@example.com", to: people });
  expect(mail?.text).toContain("Message-ID: <5c3b@example.com>");
  expect(mail?.text).toContain("Auto-Submitted: auto-generated");
  expect(mail?.text).not.toMatch(/^Importance:/im);
  expect(mail?.text).toMatch(/Content-Type: text\/plain/);
  expect(mail?.text).toMatch(/Content-Type: text\/html/);
});

it("an urgent one says so to the program that sorts it", async () => {
  const { port, mails } = await startMail();
  await connect(port)
    .to(people)
    .send({ id: "1", message: aMessage({ urgent: true }) });
  expect(mails[0]?.text).toMatch(/^Importance: high/im);
});

it("nothing that somebody wrote is markup, or another header", async () => {
  const html = emailHtml(aMessage());
  expect(html).toContain("&lt;script&gt;");
  expect(html).not.toContain("<script>");
  expect(html.match(/<a href="/g)).toHaveLength(1);
  const { port, mails } = await startMail();
  const title = "x\r\nBcc: all@example.com";
  await connect(port)
    .to(["ana@example.com"])
    .send({ id: "1", message: aMessage({ title, links: [] }) });
  expect(mails[0]?.to).toEqual(["ana@example.com"]);
  expect(mails[0]?.text.split("\r\n\r\n")[0]).not.toMatch(/^Bcc:/m);
});

it("a server that is busy may be asked again, one that refuses may not", async () => {
  const busy = await startMail({ onRcptTo: (_to, _session, done) => done(refusal(450, "mailbox busy")) });
  expect(await caught(connect(busy.port).to(people).send(delivery))).toMatchObject({
    code: "unavailable",
    retryable: true,
    message: expect.stringContaining("450"),
  });
  const refusing = await startMail({ onRcptTo: (_to, _session, done) => done(refusal(550, "no such user")) });
  expect(await caught(connect(refusing.port).to(people).send(delivery))).toMatchObject({
    code: "invalid",
    retryable: false,
    message: expect.stringContaining("no such user"),
  });
});

it("an address that is refused beside others is told", async () => {
  const some = await startMail({
    onRcptTo: (to, _session, done) => done(to.address.startsWith("ben") ? refusal(550, "no such user") : null),
  });
  const error = await caught(connect(some.port).to(people).send(delivery));
  expect(error).toMatchObject({ retryable: false, message: expect.stringContaining("refused 1 of 2 addresses") });
});

it("a password is not sent where TLS is asked for and not offered", async () => {
  const asked: string[] = [];
  const { port, mails } = await startMail({
    onAuth: (auth, _session, done) => {
      asked.push(String(auth.username));
      done(null, { user: "x" });
    },
  });
  const server = connect(port, { security: "startTls", username: async () => "bot", password: async () => "hunter2" });
  const error = await caught(server.to(people).send(delivery));
  expect(error).toMatchObject({ code: "misconfigured", retryable: false });
  expect(String(error)).not.toContain("hunter2");
  expect([asked, mails]).toEqual([[], []]);
});

it("a sign-in that is refused says so, without the password", async () => {
  const { port } = await startMail({
    ...{ allowInsecureAuth: true, authOptional: false },
    onAuth: (_auth, _session, done) => done(new Error("hunter2 is wrong")),
  });
  const error = await caught(connect(port, { username: async () => "bot", password: async () => "hunter2" }).check());
  expect(error).toMatchObject({ code: "unauthorized", retryable: false });
  expect(String(error)).not.toContain("hunter2");
  const open = await startMail({
    allowInsecureAuth: true,
    onAuth: (_auth, _session, done) => done(null, { user: "x" }),
  });
  await connect(open.port, { username: async () => "bot", password: async () => "hunter2" }).check();
});

it("a server that is not there, and one that says nothing, may be asked again", async () => {
  const { port } = await startMail();
  await new Promise<void>((resolve) => servers.splice(0)[0]?.close(() => resolve()));
  expect(await caught(connect(port).to(people).send(delivery))).toMatchObject({ code: "unavailable", retryable: true });
  const silent = await startMail({ onConnect: () => undefined });
  expect(await caught(connect(silent.port).to(people).send(delivery, AbortSignal.timeout(300)))).toMatchObject({
    code: "timeout",
    retryable: true,
  });
});
