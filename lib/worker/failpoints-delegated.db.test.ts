import { delegatedFailpoints } from "@/lib/worker/testing/failpoints-delegated.contract";

delegatedFailpoints("on the sandbox's cluster");
