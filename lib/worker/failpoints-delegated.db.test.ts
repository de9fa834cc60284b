import { delegatedFailpoints } from "@/lib/worker/testing/failpoints-delegated.contract";

delegatedFailpoints("argoRollouts", "Argo Rollouts on the sandbox's cluster");
delegatedFailpoints("flagger", "Flagger on the sandbox's cluster");
