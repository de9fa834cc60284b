export type DemoSubject = "rita" | "arjun" | "vera" | "ada" | "noor" | "leo";

export interface DemoPerson {
  subject: DemoSubject;
  name: string;
  email: string;
  groups: string[];
  administrator: boolean;
  /** What this person is for, in a line on the sign-in page. */
  why: string;
}

export const DEMO_ISSUER = "waybill:demo";

/** The people of the demo. Anybody may sign in as any of them, so they exist only where WAYBILL_DEMO is set. */
export const demoPeople: readonly DemoPerson[] = [
  {
    subject: "rita",
    name: "Rita Moreau",
    email: "rita@demo.waybill.dev",
    groups: ["release", "staff"],
    administrator: false,
    why: "Release manager: announces, promotes, rolls back",
  },
  {
    subject: "arjun",
    name: "Arjun Mehta",
    email: "arjun@demo.waybill.dev",
    groups: ["approvers", "staff"],
    administrator: false,
    why: "Approver: signs what goes to production",
  },
  {
    subject: "vera",
    name: "Vera Lindqvist",
    email: "vera@demo.waybill.dev",
    groups: ["staff"],
    administrator: false,
    why: "Viewer: sees everything, changes nothing",
  },
  {
    subject: "ada",
    name: "Ada Okafor",
    email: "ada@demo.waybill.dev",
    groups: ["administrator", "staff"],
    administrator: true,
    why: "Administrator: connections, project files, tokens",
  },
  {
    subject: "noor",
    name: "Noor Haddad",
    email: "noor@demo.waybill.dev",
    groups: ["administrator", "staff"],
    administrator: true,
    why: "Another administrator: for what takes two",
  },
  {
    subject: "leo",
    name: "Leo Brandt",
    email: "leo@demo.waybill.dev",
    groups: ["staff"],
    administrator: false,
    why: "Viewer on the way out: for trying a revocation",
  },
];
