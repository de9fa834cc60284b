import { expect, test } from "vitest";
import { parseJsonPath } from "@/lib/pipeline/policy/verification";

test.each([
  ["$", []],
  ["$.status", ["status"]],
  ["$.checks[0].state", ["checks", 0, "state"]],
  ["$[2][10].a-b_c", [2, 10, "a-b_c"]],
])("%s has the steps %j", (path, steps) => expect(parseJsonPath(path)).toEqual(steps));

test.each(["", "status", "$.", "$..a", "$.a.", "$[a]", "$[-1]", "$['a']", "$.a b", "$[99999]"])(
  "%j is no path",
  (path) => {
    expect(parseJsonPath(path)).toBeUndefined();
  },
);
