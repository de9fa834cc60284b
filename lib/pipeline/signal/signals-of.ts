import type { ProjectDocument } from "@/lib/pipeline/policy/project";
import type { ServicePolicy } from "@/lib/pipeline/policy/service";
import type { SignalQuery } from "@/lib/pipeline/policy/signals";

/** A signal of one service, with the connection that is asked for it. */
export interface ServiceSignal extends SignalQuery {
  connection: string;
}

/** The signals of a service: the project's, its own in the place of those of the same name, then what it has besides. */
export function signalsOf({ signals }: ProjectDocument, service: ServicePolicy): ServiceSignal[] {
  if (!signals) return [];
  const own = service.signals?.queries ?? [];
  const connection = service.signals?.connection ?? signals.connection;
  const shared = signals.queries.map((query) => own.find((one) => one.name === query.name) ?? query);
  const besides = own.filter((one) => !signals.queries.some((query) => query.name === one.name));
  return [...shared, ...besides].map((query) => ({
    ...query,
    connection: own.includes(query) ? connection : signals.connection,
  }));
}
