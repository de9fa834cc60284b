import { blueGreenScenarios } from "@/lib/engine/testing/blue-green.contract";

blueGreenScenarios("blue-green on the sandbox's cluster");
