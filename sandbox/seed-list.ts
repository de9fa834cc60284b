import type { Fault } from "./images";

/** An image in the sandbox's registry, with every tag that it began with. */
export interface SeedImage {
  digest: string;
  tags: string[];
  commit: string;
  created: string;
  version?: string;
  fault?: Fault;
  /** A scanner's report that CI would upload after the announcement. */
  report?: object;
}

export interface SeedService {
  name: string;
  repository: string;
  workload: string;
  container: string;
  source: string;
  /** Oldest first. */
  images: SeedImage[];
}

/** What CI would announce; several artifacts move together. */
export interface SeedRelease {
  name: string;
  created: string;
  artifacts: { service: string; repository: string; digest: string; commit: string; tags: string[] }[];
}

/** What ran where when the sandbox began. */
export interface SeedRunning {
  environment: string;
  namespace: string;
  service: string;
  workload: string;
  container: string;
  digest: string;
  release: string;
}

export interface SeedProject {
  name: string;
  title: string;
  environments: { name: string; namespace: string; tag: string }[];
  services: SeedService[];
  /** Oldest first: the order in which to announce them. */
  releases: SeedRelease[];
  running: SeedRunning[];
}

/** What the demo starts with, for whoever announces it. Served at GET /sandbox/seed of the services' port. */
export interface SeedList {
  projects: SeedProject[];
}
