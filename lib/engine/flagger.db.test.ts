import { flaggerScenarios } from "@/lib/engine/testing/flagger.contract";

flaggerScenarios("a Deployment that Flagger owns, on the sandbox's cluster");
