import { describeJobs } from "@/lib/adapters/kubernetes/jobs/jobs.contract";
import { startSandboxCluster } from "@/lib/adapters/kubernetes/testing/sandbox-cluster";

describeJobs("a Job on the sandbox's cluster", startSandboxCluster);
