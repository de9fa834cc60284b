import { canaryFailpoints } from "@/lib/worker/testing/failpoints-canary.contract";

canaryFailpoints("on the sandbox's cluster");
