/** What was read of things that cannot change, by their digest; the oldest gives way when there are `max`. */
export class KeptByDigest<Value> {
  private readonly known = new Map<string, Value>();

  constructor(private readonly max: number) {}

  /** What is kept under `key`, or what `read` answers, kept from now on. A failed read keeps nothing. */
  async get(key: string, read: () => Promise<Value>): Promise<Value> {
    const before = this.known.get(key);
    if (before !== undefined) return before;
    const value = await read();
    const [oldest] = this.known.keys();
    if (oldest !== undefined && this.known.size >= this.max) this.known.delete(oldest);
    this.known.set(key, value);
    return value;
  }
}
