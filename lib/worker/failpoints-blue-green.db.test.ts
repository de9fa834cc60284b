import { blueGreenFailpoints } from "@/lib/worker/testing/failpoints-blue-green.contract";

blueGreenFailpoints("on the sandbox's cluster");
