import type { ProjectDocument } from "@/lib/pipeline/policy/project";
import { fillQuery } from "@/lib/pipeline/policy/slo";
import { signalsOf } from "@/lib/pipeline/signal/signals-of";

/** A signal of a service in an environment that a question's answer holds the number of. */
export interface SignalPlace {
  service: string;
  environment: string;
  namespace: string;
  signal: string;
}

/** One query as it is sent, and all that it answers. */
export interface SignalQuestion {
  connection: string;
  expression: string;
  places: SignalPlace[];
}

/**
 * What is asked about a project's services, wherever they have a target. Queries that read the same once they are filled
 * in are one question: a query grouped by service is asked once a namespace, whatever the number of services.
 */
export function signalQuestions(project: ProjectDocument): SignalQuestion[] {
  const questions = new Map<string, SignalQuestion>();
  for (const service of project.services) {
    const signals = signalsOf(project, service);
    for (const [environment, { ref }] of Object.entries(service.targets)) {
      const { namespace, workload, container } = ref;
      const facts = { project: project.name, service: service.name, environment, namespace, container };
      for (const { name, query, connection } of signals) {
        const expression = fillQuery(query, { ...facts, workload: workload.name });
        const key = JSON.stringify([connection, expression]);
        const question = questions.get(key) ?? { connection, expression, places: [] };
        questions.set(key, question);
        question.places.push({ service: service.name, environment, namespace, signal: name });
      }
    }
  }
  return [...questions.values()];
}
