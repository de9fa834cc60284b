import { canaryScenarios } from "@/lib/engine/testing/canary.contract";

canaryScenarios("a canary on the sandbox's cluster");
