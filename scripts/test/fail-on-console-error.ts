import { format } from "node:util";
import { afterEach, beforeEach } from "vitest";

// An unexpected console.error or console.warn fails the test it came from. A test that expects one replaces the
// function: vi.spyOn(console, "error").mockImplementation(() => {}), and looks at the calls.
const complaints: string[] = [];
const original = { error: console.error, warn: console.warn };

for (const kind of ["error", "warn"] as const) {
  console[kind] = (...parts: unknown[]) => {
    complaints.push(`console.${kind}: ${format(...parts)}`);
    original[kind](...parts);
  };
}

beforeEach(() => {
  complaints.length = 0;
});

afterEach(() => {
  const said = complaints.splice(0);
  if (said.length > 0) throw new Error(`Unexpected output:\n${said.join("\n")}`);
});
