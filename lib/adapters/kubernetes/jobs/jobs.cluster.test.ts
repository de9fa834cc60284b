import { describeJobs } from "@/lib/adapters/kubernetes/jobs/jobs.contract";
import { startRealCluster } from "@/lib/adapters/kubernetes/testing/real-cluster";

describeJobs("a Job on a real cluster", startRealCluster);
