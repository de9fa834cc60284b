import type { DeployTarget, KubernetesTargetRef, TargetObservation } from "@/lib/ports/deploy-target";
import type { ExternalError } from "@/lib/ports/external-error";

/** Everything that a watch has told, and a way to wait for what it will tell. */
export class Observations {
  readonly all: { ref: KubernetesTargetRef; observation: TargetObservation }[] = [];
  readonly troubles: ExternalError[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #controller = new AbortController();
  readonly #ended: Promise<void>;

  constructor(target: DeployTarget, refs: KubernetesTargetRef[]) {
    const on = {
      observation: (ref: KubernetesTargetRef, observation: TargetObservation) => {
        this.all.push({ ref, observation });
        this.#check();
      },
      trouble: (error: Error) => {
        this.troubles.push(error as ExternalError);
        this.#check();
      },
    };
    this.#ended = target.watch(refs, on, this.#controller.signal);
  }

  #check(): void {
    for (const check of this.#waiting) check();
  }

  latest(ref: KubernetesTargetRef): TargetObservation | undefined {
    return this.all.findLast((one) => one.ref === ref)?.observation;
  }

  /** Resolves once `holds` does, looked at after everything that is told; says what was seen where it never did. */
  until(holds: () => boolean, what: string, timeoutMs = 60_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = () => {
        if (!holds()) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        const seen = JSON.stringify(this.all.at(-1)?.observation, undefined, 1);
        reject(
          new Error(`not seen in ${timeoutMs} ms: ${what}; trouble: ${this.troubles.at(-1)?.message}; last: ${seen}`),
        );
      }, timeoutMs);
      this.#waiting.add(check);
      check();
    });
  }

  /** The first observation of `ref`, old or new, that `holds`; with `fresh`, only what is told from now on. */
  async see(
    ref: KubernetesTargetRef,
    holds: (observation: TargetObservation) => boolean,
    options: { what: string; fresh?: boolean; timeoutMs?: number },
  ): Promise<TargetObservation> {
    const from = options.fresh ? this.all.length : 0;
    const find = () => this.all.slice(from).find((one) => one.ref === ref && holds(one.observation))?.observation;
    await this.until(() => find() !== undefined, options.what, options.timeoutMs);
    const found = find();
    if (!found) throw new Error(`${options.what} was seen and is gone`);
    return found;
  }

  /** Ends the watch and waits for its end. */
  async stop(): Promise<void> {
    this.#controller.abort();
    await this.#ended;
  }
}
