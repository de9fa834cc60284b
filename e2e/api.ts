import { randomUUID } from "node:crypto";
import { expect, type Page } from "@playwright/test";
import { runningProduct } from "./product";

interface CallOptions {
  data?: unknown;
  headers?: Record<string, string>;
}

/** Calls the product's API as whoever is signed in on `page`: for what a test needs before its goal, and for facts. */
export async function callApi<Body = unknown>(
  page: Page,
  method: "GET" | "POST" | "PUT" | "DELETE",
  where: string,
  { data, headers }: CallOptions = {},
): Promise<{ status: number; body: Body }> {
  const answer = await page.request.fetch(`/api/v1${where}`, {
    method,
    headers: { origin: runningProduct().url, ...headers },
    ...(data === undefined ? {} : { data }),
  });
  return { status: answer.status(), body: (await answer.json()) as Body };
}

interface Asked {
  project: string;
  environment: string;
  release: string;
}

/** Asks for a promotion and answers its id. */
export async function askFor(page: Page, asked: Asked): Promise<string> {
  const { status, body } = await callApi<{ id: string }>(page, "POST", "/promotions", {
    data: asked,
    headers: { "idempotency-key": randomUUID() },
  });
  expect(status, `asking for ${asked.release} in ${asked.environment}: ${JSON.stringify(body)}`).toBe(201);
  return body.id;
}

export interface Promotion {
  id: string;
  phase: string;
  planHash: string;
  release: string;
  version: string;
}

export async function readPromotion(page: Page, id: string): Promise<Promotion> {
  const { status, body } = await callApi<Promotion>(page, "GET", `/promotions/${id}`);
  expect(status).toBe(200);
  return body;
}

/** Holds once the promotion is in this phase. */
export async function expectPhase(page: Page, id: string, phase: string, timeout = 150_000): Promise<void> {
  await expect.poll(async () => (await readPromotion(page, id)).phase, { timeout, message: id }).toBe(phase);
}

interface Cell {
  environment: string;
  wanted: { digest: string; version: string | null } | null;
  observed: { digest: string; version: string | null } | null;
  drift: { digest: string } | null;
}

/** What the matrix says of a service in an environment. */
export async function readCell(page: Page, project: string, service: string, environment: string): Promise<Cell> {
  const { body } = await callApi<{ items: { cells: Cell[] }[] }>(
    page,
    "GET",
    `/matrix?project=${project}&service=${service}`,
  );
  const cell = body.items[0]?.cells.find((one) => one.environment === environment);
  if (!cell) throw new Error(`the matrix has no ${project} ${service} in ${environment}`);
  return cell;
}
