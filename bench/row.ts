/** One measurement with what it was compared with in the same run, as the table shows it. */
export interface Row {
  /** What was measured. */
  what: string;
  measured: string;
  /** What it was compared with, in the same run; "—" where the aim is absolute. */
  against: string;
  /** `measured` in terms of `against`, where the aim is a ratio. */
  ratio?: number;
  /** What the aim is about, where that is no ratio: "+12 ms", "41 KB". */
  figure?: string;
  aim: string;
  met: boolean;
}
