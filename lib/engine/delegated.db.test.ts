import { delegatedScenarios } from "@/lib/engine/testing/delegated.contract";

delegatedScenarios("a service that Argo Rollouts owns, on the sandbox's cluster");
