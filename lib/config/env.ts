import { z } from "zod";
import { type Reach, reaches, readReach } from "@/lib/net/reach";
import { addressProblem } from "@/lib/pipeline/policy/address";

/** The sign-in service. */
export interface OidcSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
  groupsClaim: string;
  /** What the sign-in button calls it. */
  label: string;
  /** What is asked for; undefined: what the claims need. */
  scope: string | undefined;
  /** How often it is asked who somebody is by now; 0: only at the sign-in. */
  recheckSeconds: number;
}

/** Days after which ended notifications, and what outside systems said to gates, are removed. */
export interface Retention {
  notificationDays: number;
  evidenceDays: number;
}

/** How one process of Waybill was told to run. Secrets in it are for the code that needs them, never for a log. */
export interface Settings {
  databaseUrl: string;
  /** `all`: web and worker on one machine, and actions drive their first steps; else one half of a split deployment. */
  role: "all" | "web" | "worker";
  /** A project file that is applied at the start. */
  projectFile: string | undefined;
  host: string;
  port: number;
  workerPort: number;
  /** Signs the sessions; undefined in a worker, which has none. */
  sessionSecret: string | undefined;
  /** Where browsers reach the web process, without a slash at the end. */
  publicUrl: string;
  /** Local demo people may sign in without a password; only on loopback. */
  demo: boolean;
  /** How near an address may be that projects make Waybill connect to. */
  outbound: Reach;
  oidc: OidcSettings | undefined;
  /** Members of these groups of the sign-in service administer the installation. */
  adminGroups: string[];
  logLevel: (typeof logLevels)[number];
  /** Where a test stops the process, and how. */
  failpoint: { name: string; action: "kill" | "pause" } | undefined;
  /** How long is kept what is not the record, in days. The ledger is kept for ever. */
  retention: Retention;
  /** How long a server action may drive the first steps before the worker goes on; 0 leaves all of them to it. */
  driveBudgetMs: number;
}

/** Thrown by readSettings; `problems` has one line a setting that is missing or wrong, without any secret. */
export class SettingsError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "SettingsError";
  }
}

const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
const loopback = new Set(["127.0.0.1", "localhost", "::1"]);
const secretCharactersMin = 32;
const driveBudgetMsDefault = 2_000;

// What may be repeated in a message: names and numbers. Addresses and secrets may not.
const shownNames = new Set(
  "WAYBILL_ROLE PORT WORKER_PORT HOST WAYBILL_DEMO WAYBILL_OUTBOUND LOG_LEVEL WAYBILL_FAILPOINT WAYBILL_DRIVE_BUDGET_MS WAYBILL_OIDC_RECHECK_SECONDS OIDC_SCOPE WAYBILL_NOTIFICATION_DAYS WAYBILL_EVIDENCE_DAYS".split(
    " ",
  ),
);

const allowed = {
  DATABASE_URL: "postgres://user@host:port/database",
  WAYBILL_ROLE: "all, web or worker",
  WAYBILL_FILE: "the path of a project file",
  PORT: "a port from 1 to 65535",
  HOST: "a host name or address",
  WORKER_PORT: "a port from 1 to 65535",
  NEXTAUTH_SECRET: `at least ${secretCharactersMin} characters, such as openssl rand -base64 32 prints`,
  WAYBILL_SECRET: `at least ${secretCharactersMin} characters, such as openssl rand -base64 32 prints`,
  NEXTAUTH_URL: "scheme, host and port, such as https://waybill.example.com",
  WAYBILL_DEMO: "on or off (1 or 0)",
  WAYBILL_OUTBOUND: `${reaches.join(", ")}, each of them with those before it`,
  WAYBILL_ADMIN_GROUPS: "names of groups with commas between them",
  OIDC_ISSUER: "the address of the issuer: https://…, or http:// on this machine",
  OIDC_CLIENT_ID: "the client's id at the issuer",
  OIDC_CLIENT_SECRET: "the client's secret at the issuer",
  OIDC_GROUPS_CLAIM: "the name of the claim that lists a person's groups",
  OIDC_SCOPE: "scopes with spaces between them, openid among them",
  WAYBILL_OIDC_RECHECK_SECONDS: "whole seconds from 5 to 3600, or 0 for never",
  OIDC_LABEL: "what the sign-in button calls the issuer, up to 40 characters",
  LOG_LEVEL: logLevels.join(", "),
  WAYBILL_FAILPOINT: "name:kill or name:pause",
  WAYBILL_NOTIFICATION_DAYS: "whole days from 1 to 3650",
  WAYBILL_EVIDENCE_DAYS: "whole days from 1 to 3650",
  WAYBILL_DRIVE_BUDGET_MS: "whole milliseconds from 0 to 10000",
} as const;
type SettingName = keyof typeof allowed;

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/)
    .transform(Number)
    .pipe(z.int().min(min).max(max));
const port = wholeNumber(1, 65_535);
const isPostgres = (text: string) => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol);
const isOrigin = (text: string) =>
  addressProblem(text) === undefined && new URL(text).href === `${new URL(text).origin}/`;
const isIssuer = (text: string) => {
  if (addressProblem(text) !== undefined) return false;
  const url = new URL(text);
  return url.protocol === "https:" || isLoopback(url.hostname);
};
const secret = z.string().min(secretCharactersMin);

const environment = z.object({
  DATABASE_URL: z.string().refine(isPostgres),
  WAYBILL_ROLE: z.enum(["all", "web", "worker"]).default("all"),
  WAYBILL_FILE: z.string().optional(),
  PORT: port.default(3000),
  HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]{1,253}$/)
    .default("127.0.0.1"),
  WORKER_PORT: port.default(3001),
  NEXTAUTH_SECRET: secret.optional(),
  WAYBILL_SECRET: secret.optional(),
  NEXTAUTH_URL: z.string().refine(isOrigin).optional(),
  WAYBILL_DEMO: z
    .enum(["on", "off", "1", "0"])
    .default("off")
    .transform((word) => (word === "on" || word === "1" ? "on" : "off")),
  WAYBILL_OUTBOUND: z.enum(reaches).optional(),
  WAYBILL_ADMIN_GROUPS: z
    .string()
    .default("")
    .transform((text) =>
      text
        .split(",")
        .map((group) => group.trim())
        .filter((group) => group !== ""),
    ),
  OIDC_ISSUER: z.string().refine(isIssuer).optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_GROUPS_CLAIM: z.string().default("groups"),
  OIDC_SCOPE: z
    .string()
    .regex(/^[\x21\x23-\x5B\x5D-\x7E]+( [\x21\x23-\x5B\x5D-\x7E]+)*$/)
    .refine((text) => text.split(" ").includes("openid"))
    .optional(),
  WAYBILL_OIDC_RECHECK_SECONDS: wholeNumber(0, 3_600)
    .refine((seconds) => seconds === 0 || seconds >= 5)
    .default(45),
  OIDC_LABEL: z.string().max(40).default("single sign-on"),
  LOG_LEVEL: z.enum(logLevels).default("info"),
  WAYBILL_FAILPOINT: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*:(kill|pause)$/)
    .optional(),
  WAYBILL_NOTIFICATION_DAYS: wholeNumber(1, 3_650).default(90),
  WAYBILL_EVIDENCE_DAYS: wholeNumber(1, 3_650).default(30),
  WAYBILL_DRIVE_BUDGET_MS: wholeNumber(0, 10_000).default(driveBudgetMsDefault),
} satisfies Record<SettingName, z.ZodType>);

type Given = z.infer<typeof environment>;

/** How long is kept what is not the record; throws SettingsError for days that cannot be meant. */
export function readRetention(env: Readonly<Record<string, string | undefined>>): Retention {
  const days = (name: "WAYBILL_NOTIFICATION_DAYS" | "WAYBILL_EVIDENCE_DAYS") => {
    const parsed = environment.shape[name].safeParse(env[name] === "" ? undefined : env[name]);
    if (!parsed.success) throw new SettingsError([problem(name, env[name])]);
    return parsed.data;
  };
  return { notificationDays: days("WAYBILL_NOTIFICATION_DAYS"), evidenceDays: days("WAYBILL_EVIDENCE_DAYS") };
}

/** Reads and checks the process's own settings; an empty variable counts as unset. Throws SettingsError. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const given: Record<string, unknown> = {};
  const problems: string[] = [];
  // One by one, so that a first start is told everything that is missing at once.
  for (const name of Object.keys(allowed) as SettingName[]) {
    const parsed = environment.shape[name].safeParse(env[name] === "" ? undefined : env[name]);
    if (parsed.success) given[name] = parsed.data;
    else problems.push(problem(name, env[name]));
  }
  // What failed above is undefined here, as what is not set.
  problems.push(...togetherProblems(given as Partial<Given>, env));
  if (problems.length > 0) throw new SettingsError(problems);
  return settingsOf(given as Given);
}

function problem(name: SettingName, value: string | undefined): string {
  if (value === undefined || value === "") return `${name} is not set; set it to ${allowed[name]}`;
  const shown = shownNames.has(name) ? ` (${JSON.stringify(value.slice(0, 60))})` : "";
  return `${name}${shown} is not valid; allowed is ${allowed[name]}`;
}

function togetherProblems(given: Partial<Given>, env: Readonly<Record<string, string | undefined>>): string[] {
  const problems: string[] = [];
  const isSet = (name: SettingName) => env[name] !== undefined && env[name] !== "";
  const { NEXTAUTH_SECRET: first, WAYBILL_SECRET: second } = given;
  if (first !== undefined && second !== undefined && first !== second) {
    problems.push("NEXTAUTH_SECRET and WAYBILL_SECRET are both set and differ; set one of them");
  }
  if (given.WAYBILL_ROLE !== "worker" && !isSet("NEXTAUTH_SECRET") && !isSet("WAYBILL_SECRET")) {
    problems.push(problem("NEXTAUTH_SECRET", undefined));
  }
  const oidc = ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"] as const;
  const missing = oidc.filter((name) => !isSet(name));
  if (missing.length < oidc.length) {
    problems.push(
      ...missing.map((name) => `${problem(name, undefined)} (sign-in by OIDC needs all of ${oidc.join(", ")})`),
    );
  }
  if (given.WAYBILL_DEMO === "on" && given.HOST !== undefined && !isLoopback(given.HOST)) {
    const host = JSON.stringify(given.HOST);
    problems.push(`WAYBILL_DEMO is on while HOST is ${host}; demo people have no password, so HOST must be 127.0.0.1`);
  }
  if (given.WAYBILL_ROLE === "all" && given.PORT !== undefined && given.PORT === given.WORKER_PORT) {
    problems.push(`PORT and WORKER_PORT are both ${given.PORT}; web and worker need a port each`);
  }
  return problems;
}

function settingsOf(given: Given): Settings {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = given;
  const [name, action] = given.WAYBILL_FAILPOINT?.split(":") ?? [];
  const host = given.HOST.includes(":") ? `[${given.HOST}]` : given.HOST;
  return {
    databaseUrl: given.DATABASE_URL,
    role: given.WAYBILL_ROLE,
    projectFile: given.WAYBILL_FILE,
    host: given.HOST,
    port: given.PORT,
    workerPort: given.WORKER_PORT,
    sessionSecret: given.NEXTAUTH_SECRET ?? given.WAYBILL_SECRET,
    publicUrl: new URL(given.NEXTAUTH_URL ?? `http://${host}:${given.PORT}`).origin,
    demo: given.WAYBILL_DEMO === "on",
    outbound: readReach({ WAYBILL_OUTBOUND: given.WAYBILL_OUTBOUND, WAYBILL_DEMO: given.WAYBILL_DEMO }),
    oidc:
      issuer !== undefined && clientId !== undefined && clientSecret !== undefined
        ? {
            ...{ issuer, clientId, clientSecret, groupsClaim: given.OIDC_GROUPS_CLAIM, label: given.OIDC_LABEL },
            ...{ scope: given.OIDC_SCOPE, recheckSeconds: given.WAYBILL_OIDC_RECHECK_SECONDS },
          }
        : undefined,
    adminGroups: given.WAYBILL_ADMIN_GROUPS,
    logLevel: given.LOG_LEVEL,
    failpoint: name === undefined ? undefined : { name, action: action === "pause" ? "pause" : "kill" },
    retention: {
      notificationDays: given.WAYBILL_NOTIFICATION_DAYS,
      evidenceDays: given.WAYBILL_EVIDENCE_DAYS,
    },
    driveBudgetMs: given.WAYBILL_DRIVE_BUDGET_MS,
  };
}

function isLoopback(host: string): boolean {
  return loopback.has(host.replace(/^\[|\]$/g, ""));
}
