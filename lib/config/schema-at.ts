import { z } from "zod";
import type { Path } from "@/lib/config/document-error";

type AnySchema = z.core.$ZodType;

/** The schema of the file's own form at `path`, or undefined where the path leads to no key that is known. */
export function schemaAt(schema: AnySchema, path: Path): AnySchema | undefined {
  const [part, ...rest] = path;
  if (part === undefined) return schema;
  const inner = unwrapped(schema);
  let next: AnySchema | undefined;
  if (inner instanceof z.ZodObject) next = Object.hasOwn(inner.shape, part) ? inner.shape[part] : undefined;
  else if (inner instanceof z.ZodArray) next = inner.element;
  else if (inner instanceof z.ZodRecord) next = inner.valueType;
  return next === undefined ? undefined : schemaAt(next, rest);
}

/** The keys that may stand in the mapping that `schema` describes; empty where the keys are names, or it is none. */
export function keysOf(schema: AnySchema): string[] {
  const inner = unwrapped(schema);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** What may stand where `schema` applies, in words: its own description, else what its type allows. */
export function allowedBy(schema: AnySchema): string {
  const own = descriptionOf(schema);
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodObject) {
    const keys = `a mapping with the keys ${Object.keys(inner.shape).join(", ")}`;
    return own === undefined ? keys : `${own}: ${keys}`;
  }
  if (own !== undefined) return own;
  if (inner instanceof z.ZodEnum) return inner.options.join(", ");
  if (inner instanceof z.ZodLiteral) return [...inner.values].join(", ");
  if (inner instanceof z.ZodArray) return `a list, each item ${allowedBy(inner.element)}`;
  return inner instanceof z.ZodString ? "a text" : "a value of the documented type";
}

function unwrapped(schema: AnySchema): AnySchema {
  const inside = oneLayerIn(schema);
  return inside === undefined ? schema : unwrapped(inside);
}

function descriptionOf(schema: AnySchema): string | undefined {
  const own = z.globalRegistry.get(schema)?.description;
  const inside = own === undefined ? oneLayerIn(schema) : undefined;
  return inside === undefined ? own : descriptionOf(inside);
}

function oneLayerIn(schema: AnySchema): AnySchema | undefined {
  // What prepares a value (a short form made long) says nothing about it.
  if (schema instanceof z.ZodPipe) return schema.in instanceof z.ZodTransform ? schema.out : schema.in;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return schema.unwrap();
  }
  return undefined;
}
