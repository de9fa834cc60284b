import { can } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import type { Actor } from "@/lib/pipeline/actor";
import { NotFound } from "@/lib/pipeline/errors";
import type { Channel } from "@/lib/pipeline/policy/notify";
import { actorWords } from "@/lib/queries/people";

/** Who is told of what, as a line of the settings. Times are ISO 8601, UTC. */
export interface SubscriptionLine {
  /** Its place in the file, from 0. */
  position: number;
  /** What a test of it names; null for whoever may not configure the project. */
  channel: string | null;
  place: PlaceWords;
  events: string[];
  /** Null: every environment. */
  environments: string[] | null;
  /** The last attempt to tell this channel anything; null where there was none. */
  last: Pick<NotificationLine, "status" | "event" | "said" | "at"> | null;
}

/** Where people are told. `detail` is null for whoever may not configure the project. */
export interface PlaceWords {
  what: string;
  detail: string | null;
}

/** One notification. `waiting` was tried before, `due` was not. */
export interface NotificationLine {
  id: string;
  event: string;
  promotion: string | null;
  environment: string | null;
  place: PlaceWords;
  status: "due" | "waiting" | "delivered" | "dead" | "dropped";
  attempts: number;
  /** What the other side said last; null where nothing yet, and for whoever may not configure the project. */
  said: string | null;
  /** When it ended, or is due. */
  at: string;
  /** Who tried the subscription, or had it sent again. */
  askedBy: string | null;
}

export interface NotificationsView {
  asOf: string;
  project: string;
  mayConfigure: boolean;
  subscriptions: SubscriptionLine[];
  /** Given up, the newest first. */
  dead: NotificationLine[];
  /** Of all the others the newest, reminders that are not due yet left out. */
  recent: NotificationLine[];
  /** There are more given up than are listed. */
  moreDead: boolean;
}

const deadMax = 100;
const recentMax = 50;

interface Row extends Omit<NotificationLine, "place" | "askedBy"> {
  key: string;
  channel: Channel | null;
  askedBy: Actor | null;
}

/** A project's subscriptions and what became of what they are told. Throws NotFound. */
export async function loadNotificationsView(
  db: Queryable,
  principal: Principal,
  project: string,
  now: string,
): Promise<NotificationsView> {
  if (!can(principal, "view", { project })) throw new NotFound(`project ${project}`);
  const mayConfigure = can(principal, "configure", { project });
  const [[known], subscriptions, dead, recent] = await Promise.all([
    db.query(sql`select name from project where name = ${project}`),
    loadSubscriptions(db, project),
    loadRows(db, project, sql`n.status = 'dead' order by n.ended_at desc limit ${deadMax + 1}`),
    loadRows(
      db,
      project,
      sql`n.status <> 'dead' and (n.status <> 'due' or n.due_at <= now() or n.attempts > 0)
          order by coalesce(n.ended_at, n.created_at) desc limit ${recentMax}`,
    ),
  ]);
  if (!known) throw new NotFound(`project ${project}`);
  const place = (channel: Channel | null, key: string) => placeWords(channel, key, mayConfigure);
  const said = (words: string | null) => (mayConfigure ? words : null);
  const line = ({ key, channel, askedBy, ...row }: Row): NotificationLine => {
    return { ...row, place: place(channel, key), said: said(row.said), askedBy: askedBy && actorWords(askedBy) };
  };
  return {
    asOf: now,
    project,
    mayConfigure,
    subscriptions: subscriptions.map(({ key, channel, last, ...row }) => {
      return {
        ...row,
        channel: mayConfigure ? key : null,
        place: place(channel, key),
        last: last && { ...last, said: said(last.said) },
      };
    }),
    dead: dead.slice(0, deadMax).map(line),
    recent: recent.map(line),
    moreDead: dead.length > deadMax,
  };
}

interface SubscriptionRow extends Pick<SubscriptionLine, "position" | "events" | "environments" | "last"> {
  key: string;
  channel: Channel;
}

function loadSubscriptions(db: Queryable, project: string): Promise<SubscriptionRow[]> {
  return db.query(
    sql`select s.position, s.key, s.channel, s.events, s.environments, last.*
          from subscription s
          left join lateral (
            select json_build_object('status', case when n.status = 'due' then 'waiting' else n.status end, 'event', n.event,
                     'said', n.said, 'at', to_char(coalesce(n.ended_at, n.due_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as last
              from notification n
             where n.project = s.project and n.channel = s.key and n.attempts > 0 and n.status <> 'dropped'
             order by coalesce(n.ended_at, n.created_at) desc limit 1) last on true
         where s.project = ${project} order by s.position`,
  );
}

function loadRows(db: Queryable, project: string, rest: ReturnType<typeof sql>): Promise<Row[]> {
  return db.query(
    sql`select n.id, n.event, n.promotion, n.environment, n.channel as key, n.attempts, n.said, n.asked_by as "askedBy",
               case when n.status = 'due' and n.attempts > 0 then 'waiting' else n.status end as status,
               coalesce(n.ended_at, n.due_at) as at,
               (select s.channel from subscription s where s.project = n.project and s.key = n.channel limit 1) as channel
          from notification n where n.project = ${project} and ${rest}`,
  );
}

const kindWords: Record<string, string> = { slack: "Slack", email: "e-mail", teams: "Teams", webhook: "webhook" };

/** The channel in words; of one that the file does not name any more its key is left. */
function placeWords(channel: Channel | null, key: string, mayConfigure: boolean): PlaceWords {
  const [kind = "", ...rest] = key.split(" ");
  const what = kindWords[kind] ?? kind;
  if (!mayConfigure) return { what, detail: null };
  switch (channel?.kind) {
    case undefined:
      return { what, detail: rest.join(" ") };
    case "slackApp":
      return { what, detail: `${channel.channel} by ${channel.connection}` };
    case "slackWebhook":
    case "teams":
      return { what, detail: channel.webhook };
    case "email":
      return { what, detail: channel.to.join(", ") };
    case "webhook":
      return { what, detail: channel.url };
    default:
      return channel satisfies never;
  }
}
